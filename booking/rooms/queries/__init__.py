"""What is read about rooms and stays."""
