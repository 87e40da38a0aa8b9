"""What several tests share: real servers on this computer, no patches."""
