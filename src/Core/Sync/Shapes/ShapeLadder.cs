using System.Collections.Immutable;

namespace MetaGrains.Core.Sync.Shapes;

/// <summary>
/// From a shape and what became of it to the next shape: pure, and always to an end. Rungs that lose nothing come
/// first, the cheapest first: page size, asynchronous, days, parts. Only a request that cannot be smaller gives up
/// fields, half of them at a time, and then asks for each again alone, so that those alone stay lost that cannot be
/// fetched. Breakdowns are never given up: rows without one would be other rows. Upwards it goes one rung at a time, the
/// more slowly the more often that went wrong.
/// </summary>
public static class ShapeLadder
{
    /// <summary>Answers in a row before the first step upwards.</summary>
    public const int FirstPatience = 8;

    /// <summary>The longest wait for a step upwards, in answers.</summary>
    public const int LongestPatience = 512;

    /// <summary>The shape after an answer that was too large.</summary>
    /// <returns>Null when nothing smaller is left: the failure stands.</returns>
    public static RequestShape? AfterFailure(RequestShape shape, ShapeLimits limits, Excess excess)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(limits);
        if (excess == Excess.None)
            return null;
        var fallen = shape with
        {
            Streak = 0,
            Grown = false,
            Patience = shape.Grown ? Math.Min(shape.Patience * 2, LongestPatience) : shape.Patience,
        };
        return Smaller(fallen, limits, excess, steps: shape.Grown ? 2 : 4) ?? Lesser(fallen, limits);
    }

    /// <summary>The shape after an answer that fitted.</summary>
    public static RequestShape AfterSuccess(RequestShape shape, ShapeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(limits);
        if (shape.Trial is { } fetched)
            shape = shape with { Suspects = shape.Suspects.Remove(fetched), Trial = null };
        if (!shape.Suspects.IsEmpty)
            return shape with { Trial = shape.Suspects[^1], Streak = 0 };
        if (shape.Streak + 1 < shape.Patience)
            return shape with { Streak = shape.Streak + 1 };
        return Larger(shape, limits) is { } larger ? larger with { Streak = 0, Grown = true } : shape with { Streak = shape.Patience, Grown = false };
    }

    /// <summary>Whether nothing larger is left: the whole question at once.</summary>
    public static bool IsWhole(RequestShape shape, ShapeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(limits);
        return shape.Incomplete.IsEmpty && shape.Trial is null && Larger(shape, limits) is null;
    }

    /// <summary>
    /// A stored shape as the question allows it today: a field that is asked for no more is neither suspect nor lost, and
    /// no number lies outside its limits.
    /// </summary>
    public static RequestShape Fitting(RequestShape shape, ShapeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(limits);
        var optional = limits.Optional.ToHashSet(StringComparer.Ordinal);
        ImmutableArray<string> suspects = [.. shape.Suspects.Where(optional.Contains)];
        return shape with
        {
            Days = Math.Clamp(shape.Days, 1, limits.Days),
            PageLimit = Math.Clamp(shape.PageLimit, Math.Min(ShapeLimits.LeastPageLimit, limits.PageLimit), limits.PageLimit),
            Parts = Math.Clamp(shape.Parts, 1, limits.Parts),
            Suspects = suspects,
            Trial = shape.Trial is { } trial && suspects.Contains(trial) ? trial : suspects is [.., var last] && shape.Trial is not null ? last : null,
            Lost = [.. shape.Lost.Where(optional.Contains)],
        };
    }

    /// <summary>The shape that tries lost fields once more: Meta changes, and so do accounts.</summary>
    public static RequestShape Forgiven(RequestShape shape, ShapeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(limits);
        var fields = shape.Lost.Where(limits.Optional.Contains).ToImmutableArray();
        return fields.IsEmpty
            ? shape with { Lost = [] }
            : shape with { Lost = [], Suspects = [.. shape.Suspects, .. fields], Trial = shape.Trial ?? fields[^1], Streak = 0 };
    }

    // While a field is on trial the request is as small as it gets, so its failure is the field's.
    private static RequestShape? Smaller(RequestShape shape, ShapeLimits limits, Excess excess, int steps)
    {
        if (shape.Trial is not null)
            return null;
        return excess switch
        {
            Excess.Page => LessPage(shape) ?? LessDays(shape, steps) ?? MoreParts(shape, limits),
            Excess.Pages => LessDays(shape, steps) ?? MoreParts(shape, limits),
            Excess.Time => Asynchronously(shape) ?? LessDays(shape, steps) ?? MoreParts(shape, limits),
            Excess.Unclear => Asynchronously(shape) ?? LessDays(shape, steps) ?? MoreParts(shape, limits) ?? LessPage(shape),
            _ => LessDays(shape, steps) ?? Asynchronously(shape) ?? MoreParts(shape, limits),
        };
    }

    private static RequestShape? LessPage(RequestShape shape) =>
        shape.PageLimit > ShapeLimits.LeastPageLimit
            ? shape with { PageLimit = Math.Max(ShapeLimits.LeastPageLimit, shape.PageLimit / 2) }
            : null;

    private static RequestShape? Asynchronously(RequestShape shape) => shape.Asynchronous ? null : shape with { Asynchronous = true };

    // 28 days become 7 and then 1, as the contract has it; a step upwards that went wrong is taken back.
    private static RequestShape? LessDays(RequestShape shape, int steps) =>
        shape.Days > 1 ? shape with { Days = Math.Max(1, shape.Days / steps) } : null;

    private static RequestShape? MoreParts(RequestShape shape, ShapeLimits limits) =>
        shape.Parts < limits.Parts ? shape with { Parts = Math.Min(limits.Parts, shape.Parts * 2) } : null;

    // Nothing smaller is left without leaving something out.
    private static RequestShape? Lesser(RequestShape shape, ShapeLimits limits)
    {
        if (shape.Trial is { } unfetchable)
        {
            var rest = shape.Suspects.Remove(unfetchable);
            return shape with { Lost = shape.Lost.Add(unfetchable), Suspects = rest, Trial = rest.IsEmpty ? null : rest[^1] };
        }

        // Without any field that can be left out it is still too large: the fields are not to blame.
        var left = limits.Optional.Where(shape.Asks).ToArray();
        return left.Length > 0 ? shape with { Suspects = [.. shape.Suspects, .. left.Take((left.Length + 1) / 2)] } : null;
    }

    // The reverse order: what was given up last comes back first.
    private static RequestShape? Larger(RequestShape shape, ShapeLimits limits)
    {
        if (shape.Parts > 1)
            return shape with { Parts = shape.Parts / 2 };
        if (shape.Days < limits.Days)
            return shape with { Days = Math.Min(limits.Days, shape.Days * 2) };
        if (shape.PageLimit < limits.PageLimit)
            return shape with { PageLimit = Math.Min(limits.PageLimit, shape.PageLimit + Math.Max(1, shape.PageLimit / 4)) };
        return shape.Asynchronous ? shape with { Asynchronous = false } : null;
    }
}
