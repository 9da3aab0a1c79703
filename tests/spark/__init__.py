"""The engine that works on parts with Apache Spark: `make test-spark`."""
