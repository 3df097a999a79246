"""Test a recognizer: ``python tools/test.py CONFIG CHECKPOINT``."""
from mmaction_sampler.apis.cli import (build_runner, parse_test_args,
                                       test_config)


def main() -> None:
    """Test as the command line says."""
    args = parse_test_args()
    build_runner(test_config(args), args.local_rank).test()


if __name__ == '__main__':
    main()
