"""Test a recognizer: ``python tools/test.py CONFIG CHECKPOINT``."""
from mmaction_sampler.apis.cli import (build_runner, end_together,
                                       parse_test_args, test_config,
                                       write_metrics)
from mmaction_sampler.apis.compilation import compile_for_testing


def main() -> None:
    """Test as the command line says."""
    args = parse_test_args()
    runner = build_runner(test_config(args), args.local_rank)
    if args.compile:
        compile_for_testing(runner.model)
    metrics = runner.test()
    if args.json is not None:
        write_metrics(metrics, args.json)
    end_together()


if __name__ == '__main__':
    main()
