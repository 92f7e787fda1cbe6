"""Word's own formats: a package of XML parts, read by where things stand."""

from pipeline.extract.word.reader import read_docx

__all__ = ["read_docx"]
