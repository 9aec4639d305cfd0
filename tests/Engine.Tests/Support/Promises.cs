namespace MetaGrains.Engine.Tests.Support;

/// <summary>Where our engine promises more of silos that come, leave and die than Orleans does (docs/engines.md).</summary>
internal static class Promises
{
    private static readonly bool Ours = typeof(IGrain).Assembly.GetName().Name!.StartsWith("MetaGrains", StringComparison.Ordinal);

    /// <summary>Orleans gives a new silo new grains only.</summary>
    public static bool GrainsMoveToNewSilos => Ours;

    // Far below Orleans' own patience, which is as long as that of a test.
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(5);

    /// <summary>The answer, or null where Orleans may turn a call away or lose it: its grain's silo is leaving, or dead and not yet known to be.</summary>
    public static async Task<T?> TryAsync<T>(Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await (Ours ? call() : call().WaitAsync(Attempt, TimeProvider.System));
        }
        catch (Exception failure) when (!Ours && failure is (OrleansException or TimeoutException))
        {
            return null;
        }
    }

    /// <summary>What the caller of a silo that died is told. Orleans may tell it by a timeout.</summary>
    public static void AssertMayHaveRun(Exception failure)
    {
        if (!Ours && failure is TimeoutException)
            return;
        Assert.Contains("may have run", Assert.IsType<SiloUnavailableException>(failure).Message, StringComparison.Ordinal);
    }
}
