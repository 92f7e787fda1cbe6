"""OFD (GB/T 33190-2016, whose sections the numbers in this package name): a package of XML parts.

A page shows its templates, its own objects and its annotations; every object has a rectangle (Boundary) whose corner is
the origin of its own space, and maybe a matrix (CTM) within it. Lengths are millimetres in the file and points from
here on.
"""

from pipeline.extract.ofd.pages import Picture, ofd_image, ofd_marks

__all__ = ["Picture", "ofd_image", "ofd_marks"]
