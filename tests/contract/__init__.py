"""The wire contract of stockd as tests: black-box, over HTTP, one test one sentence."""
