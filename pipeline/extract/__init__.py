"""One reader per file format, each giving a Document."""
