namespace MetaGrains.Engine.Runtime;

/// <summary>
/// Runs the turns of one activation, one after the other. Whatever a turn awaits comes back here, because an await
/// remembers the current scheduler; so grain code never runs on two threads at once.
/// </summary>
internal sealed class TurnScheduler(Activation owner) : TaskScheduler, IThreadPoolWorkItem
{
    // After so many turns other activations get the thread.
    private const int TurnsAtATime = 64;
    private const int KeptCapacity = 16;

    private readonly Queue<Task> _turns = new(0);
    private bool _scheduled;
    private bool _held;
    private long _now;

    public Activation Owner => owner;

    /// <summary>When the last turn began.</summary>
    public long Now => _now;

    public override int MaximumConcurrencyLevel => 1;

    void IThreadPoolWorkItem.Execute()
    {
        for (var i = 0; i < TurnsAtATime; i++)
        {
            Task? turn;
            lock (_turns)
            {
                if (_turns.Count == 0)
                {
                    _scheduled = false;
                    if (_turns.Capacity > KeptCapacity)
                        _turns.TrimExcess();
                    return;
                }

                if (!owner.Catalog.Ownership.MayRun(out _now) && !owner.IsGone)
                {
                    _held = true;
                    return;
                }

                turn = _turns.Dequeue();
            }

            TryExecuteTask(turn);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Goes on with turns that were held up because the silo's lease had ended.</summary>
    public void Resume()
    {
        lock (_turns)
        {
            if (!_held)
                return;
            _held = false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Runs code as a turn. It sees no ambient values of whoever asks for it.</summary>
    public void Run(Action<object?> turn, object? state)
    {
        var flows = !ExecutionContext.IsFlowSuppressed();
        if (flows)
            ExecutionContext.SuppressFlow();
        try
        {
            new Task(turn, state, TaskCreationOptions.DenyChildAttach).Start(this);
        }
        finally
        {
            if (flows)
                ExecutionContext.RestoreFlow();
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (_turns)
        {
            _turns.Enqueue(task);
            if (_scheduled)
                return;
            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_turns)
            return [.. _turns];
    }
}
