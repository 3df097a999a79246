"""Write which frames a trained recognizer selects in every video.

``python tools/export_selection.py CONFIG CHECKPOINT OUT.jsonl`` writes one
JSON line a video, which the transform ``SampleSelectedFrames`` reads.
"""
from mmaction_sampler.apis.cli import end_together
from mmaction_sampler.apis.export_selection import (export_selection,
                                                    parse_export_args)


def main() -> None:
    """Export as the command line says."""
    export_selection(parse_export_args())
    end_together()


if __name__ == '__main__':
    main()
