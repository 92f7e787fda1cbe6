"""From records to answers; knows pipeline.model and pipeline.errors only."""
