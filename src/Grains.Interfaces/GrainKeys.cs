using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces.Accounts;
using MetaGrains.Grains.Interfaces.Connections;
using MetaGrains.Grains.Interfaces.Incidents;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Grains.Interfaces.Sweeps;

namespace MetaGrains.Grains.Interfaces;

/// <summary>The one place where keys become references, so that no caller formats a key by hand.</summary>
public static class GrainKeys
{
    /// <summary>One ad account of a tenant.</summary>
    public static IAdAccountGrain AdAccount(this IGrainFactory grains, AdAccountKey account) =>
        grains.GetGrain<IAdAccountGrain>(account.ToString());

    /// <summary>The budget of a tenant.</summary>
    public static ITenantRateLimitGrain RateLimit(this IGrainFactory grains, TenantKey tenant) =>
        grains.GetGrain<ITenantRateLimitGrain>(tenant.ToString());

    /// <summary>The limits of an app, which its tenants share.</summary>
    public static IAppRateLimitGrain AppRateLimit(this IGrainFactory grains, AppKey app) =>
        grains.GetGrain<IAppRateLimitGrain>(app.ToString());

    /// <summary>A connection of a tenant to Meta.</summary>
    public static IConnectionGrain Connection(this IGrainFactory grains, ConnectionKey connection) =>
        grains.GetGrain<IConnectionGrain>(connection.ToString());

    /// <summary>Who recognises incidents of Meta's; one for the cluster.</summary>
    public static IIncidentGrain Incidents(this IGrainFactory grains) => grains.GetGrain<IIncidentGrain>(IncidentsKey.Meta.ToString());

    /// <summary>One of the sweeps.</summary>
    public static ISweepGrain Sweep(this IGrainFactory grains, SweepKey sweep) => grains.GetGrain<ISweepGrain>(sweep.ToString());
}
