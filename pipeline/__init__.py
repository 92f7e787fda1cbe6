"""From files to records; knows nothing of index/ or of the command line."""
