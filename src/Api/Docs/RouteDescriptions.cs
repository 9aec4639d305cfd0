using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace MetaGrains.Api.Docs;

/// <summary>
/// Gives the document's maker the parameters and bodies of our own descriptions: handlers take types that bind
/// themselves, of which it knows nothing.
/// </summary>
internal sealed class RouteDescriptions : IApiDescriptionProvider
{
    private static readonly EmptyModelMetadataProvider Models = new();

    /// <summary>After the framework's own.</summary>
    public int Order => 1000;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
        foreach (var route in context.Results)
        {
            if (Of(route) is { } doc)
                Describe(route, doc);
        }
    }

    /// <summary>The description that stands at a route.</summary>
    public static RouteDoc? Of(ApiDescription route) => route.ActionDescriptor.EndpointMetadata.OfType<RouteDoc>().SingleOrDefault();

    /// <summary>All parameters of a route.</summary>
    public static IEnumerable<ParameterDoc> ParametersOf(ApiDescription route, RouteDoc doc) =>
        Parameters.OfPath("/" + route.RelativePath).Concat(doc.Parameters);

    private static void Describe(ApiDescription route, RouteDoc doc)
    {
        route.ParameterDescriptions.Clear();
        foreach (var parameter in ParametersOf(route, doc))
            route.ParameterDescriptions.Add(Describe(parameter.Name, parameter.Type, SourceOf(parameter.In), parameter.In == ParameterPlace.Path));
        route.SupportedRequestFormats.Clear();
        if (doc.Body is not { } body)
            return;
        route.ParameterDescriptions.Add(Describe("body", body.GetType(), BindingSource.Body, required: true));
        route.SupportedRequestFormats.Add(new ApiRequestFormat { MediaType = "application/json" });
    }

    private static ApiParameterDescription Describe(string name, Type type, BindingSource source, bool required) => new()
    {
        Name = name,
        Type = type,
        ModelMetadata = Models.GetMetadataForType(type),
        Source = source,
        IsRequired = required,
        ParameterDescriptor = new ParameterDescriptor { Name = name, ParameterType = type },
    };

    private static BindingSource SourceOf(ParameterPlace place) => place switch
    {
        ParameterPlace.Path => BindingSource.Path,
        ParameterPlace.Query => BindingSource.Query,
        _ => BindingSource.Header,
    };
}
