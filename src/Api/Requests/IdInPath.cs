using System.Globalization;
using System.Reflection;
using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Requests;

/// <summary>The segment <c>{id}</c> as a UUID.</summary>
internal sealed record UuidInPath(Guid Value)
{
    /// <summary>Called by the framework.</summary>
    public static ValueTask<UuidInPath?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        Guid.TryParseExact(context.GetRouteValue("id") as string, "D", out var id)
            ? ValueTask.FromResult<UuidInPath?>(new UuidInPath(id))
            : throw ProblemException.BadRequest("id", "The id in the path is no UUID.", "Send it as 00000000-0000-0000-0000-000000000000, as the list shows it.");
}

/// <summary>The segment <c>{id}</c> as the number of a run.</summary>
internal sealed record RunInPath(long Value)
{
    /// <summary>Called by the framework.</summary>
    public static ValueTask<RunInPath?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        long.TryParse(context.GetRouteValue("id") as string, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? ValueTask.FromResult<RunInPath?>(new RunInPath(id))
            : throw ProblemException.BadRequest("id", "The id in the path is no run's.", "Send the number that run_id or the list of runs shows.");
}
