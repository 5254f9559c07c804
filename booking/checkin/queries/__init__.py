"""What pages, gates and managers see of passes, gates and scans."""
