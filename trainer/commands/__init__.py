"""What the command line calls, one file a command; imports every other folder, and none imports it."""
