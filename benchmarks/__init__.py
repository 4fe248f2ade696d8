"""Measurements that no command needs: speed, memory, and charts that other libraries drew."""
