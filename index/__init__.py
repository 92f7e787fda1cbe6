"""From records to answers; knows pipeline.record and pipeline.errors only."""
