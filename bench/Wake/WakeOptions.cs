namespace MetaGrains.Bench.Wake;

/// <summary>What is measured.</summary>
/// <param name="Accounts">Grains, each with a due time per interval.</param>
/// <param name="Interval">From one due time of an account to its next.</param>
/// <param name="Intervals">For how many intervals is measured.</param>
/// <param name="Silos">On how many silos, in turn; rivals run as many processes as the first says.</param>
/// <param name="QuartzAccounts">Triggers of Quartz.NET; zero: the most at which it misses nothing.</param>
/// <param name="WithQuartz">Whether Quartz.NET is measured.</param>
internal sealed record WakeOptions(int Accounts, TimeSpan Interval, int Intervals, int[] Silos, int QuartzAccounts, bool WithQuartz);
