using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MetaGrains.Core.Schedule;

/// <summary>What one field of a cron expression may hold.</summary>
/// <param name="Name">For people.</param>
/// <param name="Low">Least value.</param>
/// <param name="High">Largest value.</param>
/// <param name="Words">English names, the first for <paramref name="Low"/>.</param>
internal sealed record CronFieldKind(string Name, int Low, int High, ImmutableArray<string> Words);

/// <summary>The values that one field of a cron expression names, a bit each.</summary>
internal readonly struct CronField
{
    private const int Sunday = 7;

    private static readonly ImmutableArray<string> Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly ImmutableArray<string> Weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly ulong _bits;

    private CronField(ulong bits, bool restricts) => (_bits, Restricts) = (bits, restricts);

    /// <summary>The fields, in their order.</summary>
    public static ImmutableArray<CronFieldKind> Kinds { get; } =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of month", 1, 31, []),
        new("month", 1, 12, Months),
        new("day of week", 0, Sunday, Weekdays),
    ];

    /// <summary>Whether it leaves something out: it does not begin with a star.</summary>
    public bool Restricts { get; }

    public bool Has(int value) => (_bits & (1UL << value)) != 0;

    public static bool TryParse(CronFieldKind kind, string text, out CronField field, [NotNullWhen(false)] out string? refusal)
    {
        ulong bits = 0;
        field = default;
        foreach (var item in text.Split(','))
        {
            if (!TryItem(kind, item, ref bits, out refusal))
                return false;
        }

        if (kind.High == Sunday && (bits & (1UL << Sunday)) != 0)
            bits |= 1;
        field = new CronField(bits, text[0] != '*');
        refusal = null;
        return true;
    }

    private static bool TryItem(CronFieldKind kind, string item, ref ulong bits, [NotNullWhen(false)] out string? refusal)
    {
        var halves = item.Split('/');
        var ends = halves[0].Split('-');
        int low, high;
        if (halves[0] == "*")
        {
            (low, high) = (kind.Low, kind.High);
        }
        else if (ends.Length > 2 || !TryValue(kind, ends[0], out low) || !TryValue(kind, ends[^1], out high))
        {
            refusal = $"'{item}' is no {kind.Name}: values are {kind.Low} to {kind.High}{(kind.Words.IsEmpty ? "" : $" or {kind.Words[0]} to {kind.Words[^1]}")}.";
            return false;
        }

        // A week that ends on Sunday.
        if (kind.High == Sunday && ends.Length == 2 && high == 0 && low > 0)
            high = Sunday;
        var step = 1;
        refusal = low > high ? $"'{item}' is a {kind.Name} range that runs backwards."
            : halves.Length > 2 || (halves.Length == 2 && !TryStep(kind, halves[1], out step)) ? $"'{item}' has no step from 1 to {kind.High} after the slash."
            : halves.Length == 2 && halves[0] != "*" && ends.Length == 1 ? $"'{item}' has a step but no range: write {item.Replace("/", $"-{kind.High}/", StringComparison.Ordinal)}."
            : null;
        if (refusal is not null)
            return false;
        for (var value = low; value <= high; value += step)
            bits |= 1UL << value;
        return true;
    }

    private static bool TryStep(CronFieldKind kind, string text, out int step) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out step) && step >= 1 && step <= kind.High;

    private static bool TryValue(CronFieldKind kind, string text, out int value)
    {
        for (var index = 0; index < kind.Words.Length; index++)
        {
            if (!string.Equals(kind.Words[index], text, StringComparison.OrdinalIgnoreCase))
                continue;
            value = kind.Low + index;
            return true;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= kind.Low && value <= kind.High;
    }
}
