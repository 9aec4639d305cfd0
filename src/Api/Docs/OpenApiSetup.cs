using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Hosting;
using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;

namespace MetaGrains.Api.Docs;

/// <summary>How the OpenAPI document is made: the framework finds routes and schemas, our descriptions say the rest.</summary>
internal static class OpenApiSetup
{
    public const string DocumentName = "v1";
    public const string Bearer = "bearer";

    private static readonly JsonSerializerOptions Examples = new(ApiJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.AddOpenApi(DocumentName, options =>
        {
            options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type)
                ?.Replace("View", "", StringComparison.Ordinal).Replace("ListOfOf", "ListOf", StringComparison.Ordinal);
            options.AddSchemaTransformer((schema, context, _) =>
            {
                DescribeTimes(schema, context.JsonTypeInfo.Type);
                return Task.CompletedTask;
            });
            options.AddDocumentTransformer((document, _, _) =>
            {
                DescribeDocument(document);
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                if (RouteDescriptions.Of(context.Description) is { } doc)
                    DescribeOperation(operation, doc, context);
                return Task.CompletedTask;
            });
        });
        services.TryAddEnumerable(ServiceDescriptor.Transient<IApiDescriptionProvider, RouteDescriptions>());
        services.AddSingleton<ApiDocument>();
    }

    private static void DescribeDocument(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "MetaGrains",
            Version = BuildInfo.Version,
            Description = "Keeps a PostgreSQL warehouse fresh with Meta Marketing API data. Times are RFC 3339 in UTC, days YYYY-MM-DD in the account's own zone. "
                + "Errors are application/problem+json with the field that is wrong and what to do.",
        };
        // Where it is reached is the caller's to know; behind a proxy our own address is wrong.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The operator key, or a key of a tenant, which sees that tenant alone.",
        };
    }

    // Our own converters hide from the framework that these are strings.
    private static void DescribeTimes(OpenApiSchema schema, Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(DateTimeOffset) || plain == typeof(DateOnly))
            schema.Type = plain == type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
    }

    private static void DescribeOperation(OpenApiOperation operation, RouteDoc doc, OpenApiOperationTransformerContext context)
    {
        var access = context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteAccess>().Single().Access;
        operation.OperationId = doc.Id;
        operation.Summary = doc.Summary;
        operation.Description = string.Join(' ', new[] { doc.Description, WhoMay(access) }.OfType<string>());
        operation.Tags = new HashSet<OpenApiTagReference> { new(doc.Tag, context.Document) };
        foreach (var parameter in RouteDescriptions.ParametersOf(context.Description, doc))
        {
            var described = (OpenApiParameter)operation.Parameters!.Single(known => known.Name == parameter.Name);
            (described.Description, described.Example) = (parameter.Description, Node(parameter.Example));
        }

        if (doc.Body is not null)
            ((OpenApiMediaType)operation.RequestBody!.Content!["application/json"]).Example = JsonSerializer.SerializeToNode(doc.Body, doc.Body.GetType(), Examples);
        foreach (var (status, response) in operation.Responses!)
            DescribeResponse((OpenApiResponse)response, int.Parse(status), doc);
        if (access != Access.Open)
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
    }

    private static void DescribeResponse(OpenApiResponse response, int status, RouteDoc doc)
    {
        if (doc.Answers.FirstOrDefault(answer => answer.Status == status) is { } answer)
        {
            response.Description = answer.Description;
            if (answer.Example is not null)
                ((OpenApiMediaType)response.Content!["application/json"]).Example = Node(answer.Example);
            return;
        }

        var example = ProblemExamples.Of(status);
        response.Description = example.Title + ".";
        ((OpenApiMediaType)response.Content![Problem.MediaType]).Example = Node(example);
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
            {
                ["Retry-After"] = new OpenApiHeader { Description = "Seconds after which to try again.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
            };
        }
    }

    private static string? WhoMay(Access access) => access switch
    {
        Access.Operator => "Needs the operator key.",
        Access.Tenant => "Needs the operator key or a key of the tenant.",
        Access.AnyKey => "Needs any key.",
        _ => null,
    };

    private static JsonNode? Node(object value) => JsonSerializer.SerializeToNode(value, value.GetType(), ApiJson.Options);
}
