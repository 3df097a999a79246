from .broken_video_hook import BrokenVideoHook
from .checkpoint_match_hook import CheckpointMatchHook
from .flops_hook import FLOPsHook
from .keep_threshold_hook import KeepThresholdHook
from .policy_collapse_hook import PolicyCollapseHook
from .random_state_hook import RandomStateHook
from .selection_picture_hook import SelectionPictureHook
from .silent_video_hook import SilentVideoHook
from .sound_resume_hook import SoundResumeHook
from .training_stage_hook import TrainingStageHook

__all__ = [
    'BrokenVideoHook', 'CheckpointMatchHook', 'FLOPsHook', 'KeepThresholdHook',
    'PolicyCollapseHook', 'RandomStateHook', 'SelectionPictureHook',
    'SilentVideoHook', 'SoundResumeHook', 'TrainingStageHook'
]
