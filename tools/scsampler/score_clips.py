"""Write how sure a classifier is of the label in every clip of videos.

``python tools/scsampler/score_clips.py CONFIG CHECKPOINT LIST OUT.jsonl``
writes one JSON line a video, which the transform ``LoadClipScores`` reads:
the oracle that SCSampler's losses SAL-CL and SAL-RANK learn from.
"""
from mmaction_sampler.apis.cli import end_together
from mmaction_sampler.apis.score_clips import parse_score_args, score_clips


def main() -> None:
    """Score as the command line says."""
    score_clips(parse_score_args())
    end_together()


if __name__ == '__main__':
    main()
