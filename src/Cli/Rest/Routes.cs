namespace MetaGrains.Cli.Rest;

/// <summary>The paths of the API, relative to its address.</summary>
internal static class Routes
{
    public const string Tenants = "v1/tenants";

    public const string Tiers = "v1/tiers";

    public const string Cluster = "v1/cluster";

    public static string Drain(string silo) => $"{Cluster}/silos/{Uri.EscapeDataString(silo)}/drain";

    public const string Incidents = "v1/incidents";

    public const string Scheduler = "v1/scheduler";

    public static string SyncOfAll(string tenant) => $"{Accounts(tenant)}/sync";

    public static string Tenant(string tenant) => $"{Tenants}/{Uri.EscapeDataString(tenant)}";

    public static string TenantSync(string tenant) => $"{Tenant(tenant)}/sync";

    public static string Keys(string tenant) => $"{Tenant(tenant)}/keys";

    public static string Key(string tenant, string key) => $"{Keys(tenant)}/{Uri.EscapeDataString(key)}";

    public static string Connections(string tenant) => $"{Tenant(tenant)}/connections";

    public static string Connection(string tenant, string connection) => $"{Connections(tenant)}/{Uri.EscapeDataString(connection)}";

    public static string Accounts(string tenant) => $"{Tenant(tenant)}/accounts";

    public static string Sync(string tenant, string account) => $"{Accounts(tenant)}/{Uri.EscapeDataString(account)}/sync";

    public static string Explain(string tenant, string account) => $"{Sync(tenant, account)}/explain";

    public static string Runs(string tenant, string account) => $"{Sync(tenant, account)}/runs";

    public static string Run(string tenant, string account, long run) => $"{Runs(tenant, account)}/{run}";

    public static string Plan(string tenant) => $"{Tenant(tenant)}/plan";

    public static string RateLimit(string tenant) => $"{Tenant(tenant)}/rate-limit";

    public static string Insights(string tenant) => $"{Tenant(tenant)}/insights";

    public static string Freshness(string tenant) => $"{Tenant(tenant)}/freshness";

    public static string Export(string tenant) => $"{Tenant(tenant)}/export";

    /// <summary>A path with the parameters that are not null.</summary>
    public static string With(string path, params (string Name, string? Value)[] parameters)
    {
        var sent = parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}").ToArray();
        return sent.Length == 0 ? path : $"{path}?{string.Join('&', sent)}";
    }

    public static string Tier(string tier) => $"{Tiers}/{Uri.EscapeDataString(tier)}";
}
