namespace MetaGrains.GraphSimulator.World;

/// <summary>
/// Stateless chance: a SplitMix64 hash of everything that names a thing (seed, account, ad, day, purpose). The same
/// name gives the same numbers in whatever order it is asked, so the world needs no memory. Only IEEE basic
/// arithmetic is used, never <c>Math.Log</c> or <c>Math.Exp</c>, whose last bits differ between platforms.
/// </summary>
internal readonly record struct Chance(ulong Bits)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const double UnitOf53Bits = 1.0 / (1UL << 53);

    /// <summary>The chance of a thing within this one.</summary>
    public Chance At(ulong name) => new(Mix(Bits + ((name + 1) * Golden)));

    /// <summary>Uniform in [0, 1).</summary>
    public double Unit => (Bits >> 11) * UnitOf53Bits;

    /// <summary>Uniform in 0 … <paramref name="count"/>-1.</summary>
    public int Below(int count) => (int)Math.BigMul(Bits, (ulong)count, out _);

    /// <summary>True in <paramref name="permille"/> of 1,000 cases.</summary>
    public bool Permille(int permille) => Below(1000) < permille;

    /// <summary>Uniform between two numbers.</summary>
    public double Between(double low, double high) => low + ((high - low) * Unit);

    /// <summary>Log-normal around a median: a sum of four uniforms stands for the normal, so no value is absurd.</summary>
    public double Skewed(double median, double sigma)
    {
        var sum = (Bits & 0xFFFF) + ((Bits >> 16) & 0xFFFF) + ((Bits >> 32) & 0xFFFF) + (Bits >> 48);
        var z = ((sum / 65536.0) - 2.0) / 0.5773502691896258;
        return median * Exp(sigma * z);
    }

    /// <summary>A count whose mean is <paramref name="expected"/>: rounded up as often as the fraction says.</summary>
    public long Round(double expected) => (long)(expected + Unit);

    /// <summary>One of the given things.</summary>
    public T Pick<T>(IReadOnlyList<T> things) => things[Below(things.Count)];

    // (1 + x/1024)^1024: one part in a hundred off at the edges, and bit for bit the same everywhere.
    private static double Exp(double x)
    {
        var power = 1.0 + (x / 1024.0);
        for (var doubling = 0; doubling < 10; doubling++)
            power *= power;
        return power;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
