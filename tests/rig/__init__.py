"""Real ActiveMQ brokers on loopback, for tests marked ``brokers``."""
