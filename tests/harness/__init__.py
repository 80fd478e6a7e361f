"""What every black-box test of stockd stands on: a server, a client, a runner."""
