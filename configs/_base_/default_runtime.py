custom_imports = dict(
    imports=['mmaction_sampler'], allow_failed_imports=False)
default_scope = 'mmaction'

default_hooks = dict(
    runtime_info=dict(type='RuntimeInfoHook'),
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=20, ignore_last=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=3),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    sync_buffers=dict(type='SyncBuffersHook'),
    random_state=dict(type='RandomStateHook'),
    sound_resume=dict(type='SoundResumeHook'),
    policy_collapse=dict(type='PolicyCollapseHook'),
    checkpoint_match=dict(type='CheckpointMatchHook'),
    broken_videos=dict(type='BrokenVideoHook'),
    silent_videos=dict(type='SilentVideoHook'),
    flops=dict(type='FLOPsHook'))

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'))

# Components that a training stage freezes take no part in the loss.
find_unused_parameters = True

log_processor = dict(
    type='LogProcessor',
    window_size=20,
    by_epoch=True,
    # MMEngine smooths losses alone; a single batch's reward says little.
    custom_cfg=[
        dict(data_src='reward', method_name='mean', window_size=20),
        dict(data_src='baseline_reward', method_name='mean', window_size=20),
        dict(data_src='entropy', method_name='mean', window_size=20),
    ])
vis_backends = [dict(type='LocalVisBackend')]
visualizer = dict(type='ActionVisualizer', vis_backends=vis_backends)

log_level = 'INFO'
load_from = None
resume = False
