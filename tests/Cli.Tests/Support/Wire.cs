namespace MetaGrains.Cli.Tests.Support;

/// <summary>Objects as the REST format writes them.</summary>
internal static class Wire
{
    public static string Tenant(string slug, string mode = "meta", bool syncs = true) =>
        $$"""{"id":"5feaf530-1a35-44b8-bbeb-89d550b04408","slug":"{{slug}}","name":"{{slug}} Inc","currency":"EUR","sync_enabled":{{(syncs ? "true" : "false")}},"budget":{"mode":"{{mode}}","calls_per_hour":null},"created_at":"2026-03-06T11:00:00Z"}""";

    public static string Account(string id, string health = "active", string reason = "", bool enabled = true) =>
        $$"""{"id":"{{id}}","name":"Shop <b>","currency":"EUR","timezone":"Europe/Prague","account_status":1,"connection_id":"c1","enabled":{{(enabled ? "true" : "false")}},"tier":"medium","health":{"state":"{{health}}","reason":"{{reason}}"},"next_due_at":"2026-03-06T12:00:00Z","backoff_until":null,"retry_at":null,"consecutive_errors":0,"last_error":null}""";

    public static string AccountState(string id, string lastRun = "null", string live = "null") =>
        Account(id)[..^1] + $$""","last_run":{{lastRun}},"live":{{live}}}""";

    public static string Connection(string status, string error = "null") =>
        $$"""{"id":"c1","name":"main","status":"{{status}}","accounts":3,"error":{{error}},"error_code":null,"created_at":"2026-03-06T11:00:00Z","discovery_requested_at":"2026-03-06T11:00:00Z","discovered_at":"2026-03-06T11:00:01Z"}""";

    public static string Run(long id, string status, string error = "null") =>
        $$"""{"id":{{id}},"job":"tier","trigger":"api","status":"{{status}}","requested_at":"2026-03-06T11:00:00Z","started_at":"2026-03-06T11:00:01Z","finished_at":"2026-03-06T11:00:02Z","duration_ms":1000,"window":{"since":"2026-03-01","until":"2026-03-06"},"calls":4,"retries":0,"pages":4,"bytes":1000,"rows":{"read":40,"inserted":30,"changed":5,"unchanged":5,"vanished":0},"permits_waited_ms":0,"rate_limited":false,"error":{{error}}}""";

    public static string List(params string[] objects) => Page(null, objects);

    public static string Page(string? cursor, params string[] objects) =>
        $$"""{"data":[{{string.Join(',', objects)}}],"next_cursor":{{(cursor is null ? "null" : $"\"{cursor}\"")}}}""";
}
