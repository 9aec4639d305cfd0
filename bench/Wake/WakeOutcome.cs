namespace MetaGrains.Bench.Wake;

/// <summary>What one contestant did in one window.</summary>
internal sealed record WakeOutcome
{
    public required int Expected { get; init; }

    public required double LagP50 { get; init; }

    public required double LagP99 { get; init; }

    public required double LagMost { get; init; }

    public required double StoredP99 { get; init; }

    /// <summary>Due times at which nobody woke, or later than one interval.</summary>
    public required int Missed { get; init; }

    /// <summary>Due times at which an account woke again.</summary>
    public required int Duplicates { get; init; }

    public required int IdleTicks { get; init; }

    public required double ProcessCpu { get; init; }

    public required double ServerCpu { get; init; }

    public required WakeDatabase.Written Written { get; init; }

    public double? BytesPerAccount { get; init; }

    public double WakesPerCpuSecond => (Expected - Missed) / (ProcessCpu + ServerCpu);

    public IEnumerable<(string Name, object? Value)> Figures(string prefix)
    {
        yield return ($"{prefix}_lag_p50_ms", Math.Round(LagP50, 1));
        yield return ($"{prefix}_lag_p99_ms", Math.Round(LagP99, 1));
        yield return ($"{prefix}_lag_most_ms", Math.Round(LagMost, 1));
        yield return ($"{prefix}_stored_p99_ms", Math.Round(StoredP99, 1));
        yield return ($"{prefix}_missed", Missed);
        yield return ($"{prefix}_duplicates", Duplicates);
        yield return ($"{prefix}_idle_ticks", IdleTicks);
        yield return ($"{prefix}_rows_per_wake", Math.Round((double)Written.Rows / Expected, 2));
        yield return ($"{prefix}_commits_per_wake", Math.Round((double)Written.Commits / Expected, 3));
        yield return ($"{prefix}_wal_bytes_per_wake", Math.Round(Written.Wal / Expected));
        yield return ($"{prefix}_process_us_per_wake", Math.Round(ProcessCpu * 1e6 / Expected, 1));
        yield return ($"{prefix}_postgres_us_per_wake", Math.Round(ServerCpu * 1e6 / Expected, 1));
        yield return ($"{prefix}_wakes_per_cpu_s", Math.Round(WakesPerCpuSecond));
        if (BytesPerAccount is { } bytes)
            yield return ($"{prefix}_bytes_per_idle_activation", Math.Round(bytes));
    }
}
