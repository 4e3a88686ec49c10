"""What is stored and how it is used: histograms of size, age and class."""
