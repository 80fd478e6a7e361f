"""What a real stockd does past its capacity: floods, slow clients, deaf ones, and leaving ones."""
