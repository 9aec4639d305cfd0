namespace MetaGrains.Core.Schedule;

/// <summary>
/// How many runs a silo may begin in a second: few right after its start or a <see cref="Standstill"/>, twice as many after
/// each <paramref name="Doubling"/>, until the most. A function of the age alone, so it has nothing to remember.
/// </summary>
/// <param name="First">Per second, at the start.</param>
/// <param name="Most">Per second, from <see cref="Ramp"/> on.</param>
/// <param name="Doubling">Time in which the rate doubles.</param>
public sealed record SlowStart(double First, double Most, TimeSpan Doubling)
{
    /// <summary>Time from the start until the rate is at its most.</summary>
    public TimeSpan Ramp => Doubling * Math.Log2(Most / First);

    /// <summary>Starts per second at an age.</summary>
    public double RateAt(TimeSpan age) => age >= Ramp ? Most : First * Math.Pow(2, Floor(age) / Doubling);

    /// <summary>Starts that fit between two ages.</summary>
    public double Between(TimeSpan from, TimeSpan until) => Math.Max(0, Until(until) - Until(from));

    /// <summary>The age at which so many starts more have fit since an age.</summary>
    public TimeSpan AgeAfter(TimeSpan from, double starts)
    {
        var sum = Until(from) + Math.Max(0, starts);
        var climbed = Until(Ramp);
        return sum >= climbed
            ? Ramp + TimeSpan.FromSeconds((sum - climbed) / Most)
            : Doubling * Math.Log2(1 + (sum * Math.Log(2) / (First * Doubling.TotalSeconds)));
    }

    /// <summary>Runs that <paramref name="overdue"/> accounts need to begin, and how long that takes from a silo's start.</summary>
    public TimeSpan TimeFor(int overdue) => AgeAfter(TimeSpan.Zero, overdue);

    // The area under the rate.
    private double Until(TimeSpan age)
    {
        var climb = Floor(age) < Ramp ? Floor(age) : Ramp;
        var climbed = First * Doubling.TotalSeconds / Math.Log(2) * (Math.Pow(2, climb / Doubling) - 1);
        return climbed + (Most * (Floor(age) - climb).TotalSeconds);
    }

    private static TimeSpan Floor(TimeSpan age) => age > TimeSpan.Zero ? age : TimeSpan.Zero;
}
