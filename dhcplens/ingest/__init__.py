"""From bytes to tables: files, framing, the message catalogue, lease files, dhcpd.conf."""
