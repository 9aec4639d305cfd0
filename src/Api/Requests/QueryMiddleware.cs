using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Requests;

/// <summary>Refuses query parameters that the route does not know: a misspelt filter would answer everything.</summary>
internal sealed class QueryMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        // Probes add what they like, and there is nothing to filter.
        if (endpoint?.Metadata.GetMetadata<RouteDoc>() is { } doc && endpoint.Metadata.GetMetadata<RouteAccess>()?.Access != Access.Open)
        {
            var known = doc.Parameters.Where(parameter => parameter.In == ParameterPlace.Query).Select(parameter => parameter.Name).ToArray();
            var faults = new Faults();
            foreach (var sent in context.Request.Query.Keys.Where(sent => !known.Contains(sent)))
            {
                faults.Add(Quoted.Of(sent), $"The parameter '{Quoted.Of(sent)}' is not known here.",
                    known.Length == 0 ? "Leave it out; this route takes none." : $"{NearestName.Hint(sent, known)}Known: {string.Join(", ", known)}.");
            }

            faults.Throw();
        }

        return next(context);
    }
}
