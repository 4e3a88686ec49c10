"""Networks of ActiveMQ and Amazon MQ brokers: generated, checked, explained."""
