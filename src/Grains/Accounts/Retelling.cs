namespace MetaGrains.Grains.Accounts;

/// <summary>
/// Tells again what was not heard, after 1, 2, 4 … 30 s, for as long as it is of use. The first time is the caller's own:
/// what it does next waits for that, and for no other.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="unanswered">Told of each failure.</param>
internal sealed class Retelling(TimeProvider clock, Action<Exception> unanswered)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>What is told again still, or was last; for tests.</summary>
    public Task Last { get; private set; } = Task.CompletedTask;

    /// <summary>Tells once, and leaves the rest to later when that fails.</summary>
    /// <param name="tell">Harmless when it is done twice.</param>
    /// <param name="until">From then on it is of no use.</param>
    public async Task TellAsync(Func<Task> tell, DateTimeOffset until)
    {
        if (!await ToldAsync(tell))
            Last = AgainAsync(tell, until);
    }

    private async Task AgainAsync(Func<Task> tell, DateTimeOffset until)
    {
        for (var pause = First; clock.GetUtcNow() + pause < until; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            await Task.Delay(pause, clock);
            if (await ToldAsync(tell))
                return;
        }
    }

    private async Task<bool> ToldAsync(Func<Task> tell)
    {
        try
        {
            await tell();
            return true;
        }
        catch (Exception failure)
        {
            unanswered(failure);
            return false;
        }
    }
}
