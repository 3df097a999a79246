"""Train a recognizer: ``python tools/train.py CONFIG``."""
from mmaction_sampler.apis.cli import (build_runner, end_together,
                                       parse_train_args, train_config)


def main() -> None:
    """Train as the command line says."""
    args = parse_train_args()
    build_runner(train_config(args), args.local_rank).train()
    end_together()


if __name__ == '__main__':
    main()
