"""From a topology document to the XML of its brokers."""
