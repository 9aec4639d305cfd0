using MetaGrains.Bench.Virtual;

namespace MetaGrains.Bench.Budget;

/// <summary>When a rival may call next.</summary>
internal interface IBrake
{
    /// <summary>Null: now. Else when to look again.</summary>
    DateTimeOffset? Wait(DateTimeOffset now);

    /// <summary>A call was made.</summary>
    void Called(VirtualAnswer answer, DateTimeOffset now);
}

/// <summary>
/// Workers that take due accounts in order and read them call by call, each call behind a brake. A run that was
/// throttled is tried again from where it stood: no rival pays for more than the refused call.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="allowedShare">See <see cref="IContestant.AllowedShare"/>.</param>
/// <param name="brakes">One per worker; the same one for workers that share it.</param>
internal sealed class WorkerRival(string name, double allowedShare, Func<IReadOnlyList<IBrake>> brakes) : IContestant
{
    public string Name => name;

    public double AllowedShare => allowedShare;

    public void Start(VirtualTime time, VirtualMeta meta, BudgetLoad load, Freshness freshness)
    {
        var all = brakes();
        var queue = new DueQueue(load, time.Now);
        foreach (var brake in all)
            new Worker(time, meta, queue, brake, freshness).Next();
    }

    private sealed class Worker(VirtualTime time, VirtualMeta meta, DueQueue queue, IBrake brake, Freshness freshness)
    {
        private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

        public void Next()
        {
            if (queue.Take(time.Now) is { } account)
                Read(account, time.Now, 0);
            else
                time.In(Idle, Next);
        }

        private void Read(int account, DateTimeOffset startedAt, int done)
        {
            if (brake.Wait(time.Now) is { } until)
            {
                time.At(until, () => Read(account, startedAt, done));
                return;
            }

            var answer = meta.Call(account);
            brake.Called(answer, time.Now);
            time.In(BudgetLoad.CallTime, () => Answered(account, startedAt, answer.IsServed ? done + 1 : done));
        }

        private void Answered(int account, DateTimeOffset startedAt, int done)
        {
            if (done < BudgetLoad.CallsPerRun)
            {
                Read(account, startedAt, done);
                return;
            }

            freshness.Refreshed(account, time.Now);
            queue.Done(account, startedAt);
            Next();
        }
    }
}
