"""What stands on a page of fixed layout (PDF, OFD, a scan): its marks, grouped into boxes and lines."""
