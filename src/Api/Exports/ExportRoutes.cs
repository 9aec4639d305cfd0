using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Reads;
using MetaGrains.Api.Requests;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Tenants;

namespace MetaGrains.Api.Exports;

/// <summary>All that a tenant owns, to take away.</summary>
internal static class ExportRoutes
{
    private const string Csv = "csv";
    private const string NdJson = "ndjson";

    private static readonly string[] Formats = [Csv, NdJson];

    public static void MapExport(this IEndpointRouteBuilder routes) =>
        routes.MapRoute("GET", "/v1/tenants/{tenant}/export", Access.Tenant, new(
            "exportTenant", "Tenants", "Export all that a tenant owns", new AnswerDoc(200, "A zip file, as a stream: a file per table that has rows, and last manifest.json with their numbers."))
        {
            Description = "All files are of one moment. Keys and tokens are not part of it. A file without a manifest is not whole. It is written into the audit log.",
            Parameters = [new("format", ParameterPlace.Query, typeof(string), "csv (when it is left out) or ndjson, one JSON object per line.", NdJson)],
        }, Export);

    private static ZipAnswer Export(Caller caller, TenantScope scope, Query query, ExportServices services) =>
        new ZipAnswer(caller, scope, query.Word("format", Formats) == NdJson ? ExportFormat.NdJson : ExportFormat.Csv, services);

    private sealed class ZipAnswer(Caller caller, TenantScope scope, ExportFormat format, ExportServices services) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var cancellationToken = httpContext.RequestAborted;
            using var slot = await services.Slots.TakeAsync(cancellationToken);
            await services.Audit.WriteAsync(
                new AuditEntry(scope.Id, caller.Name, "tenant.export", scope.Tenant.Slug, ProblemWriter.TraceId(httpContext)),
                new { format = format.ToString().ToLowerInvariant() }, cancellationToken);
            await ZipFile.WriteAsync(
                httpContext.Response.Body,
                (open, token) => services.Export.WriteAsync(
                    scope.Id,
                    (name, stop) =>
                    {
                        Begin(httpContext.Response);
                        return open(name, stop);
                    }, format, token),
                cancellationToken);
        }

        // Not earlier: until something is written, what fails is answered as a problem.
        private void Begin(HttpResponse response)
        {
            if (response.HasStarted)
                return;
            response.ContentType = "application/zip";
            response.Headers.ContentDisposition = $"attachment; filename=\"{scope.Tenant.Slug}.zip\"";
        }
    }
}

/// <summary>What the route works with.</summary>
internal sealed record ExportServices(TenantExport Export, AuditLog Audit, StreamSlots Slots);
