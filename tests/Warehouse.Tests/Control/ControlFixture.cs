using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Warehouse.Tests.Control;

/// <summary>A database with a tenant and an account, and the stores of the control plane.</summary>
internal sealed class ControlFixture : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);

    private ControlFixture(TestDatabase database)
    {
        Database = database;
        Integrations = new IntegrationStore(database.Source, EncryptionKeys.Parse(EncryptionKeys.Generate()), Clock);
    }

    public TestDatabase Database { get; }

    public FixedClock Clock { get; } = new(Now);

    public TenantId Tenant { get; private set; }

    public AdAccountKey Account { get; private set; }

    public TenantDirectory Tenants => new(Database.Source, Clock);

    public AccountDirectory Accounts => new(Database.Source, Clock);

    public ApiKeyStore Keys => new(Database.Source, Clock);

    public TierStore Tiers => new(Database.Source, Clock);

    public IntegrationStore Integrations { get; }

    public ConnectionDirectory Connections => new(Database.Source, Clock);

    public RunDirectory Runs => new(Database.Source);

    public RunQueue Queue => new(Database.Source, Clock);

    public ScheduleStore Schedules => new(Database.Source, Clock);

    public AccountTruthStore Truth => new(Database.Source, new ReportDefinitionStore(Database.Source), Schedules, Queue);

    public static async Task<ControlFixture> CreateAsync()
    {
        var fixture = new ControlFixture(await (await TestPostgres.SharedAsync()).CreateAsync());
        var made = await fixture.Tenants.MakeAsync("acme", new TenantSettings("Acme", "EUR", null, null, null), default);
        fixture.Tenant = made!.Id;
        fixture.Account = await fixture.AddAsync("act_101");
        return fixture;
    }

    public Task<AdAccountKey> AddAsync(string id) => WarehouseFixture.AddAccountAsync(Database, Tenant, id);

    /// <summary>Gives the account a connection, whose token nobody asks for.</summary>
    public async Task<Guid> ConnectAsync(AdAccountKey account)
    {
        var id = await Integrations.ConnectAsync(Tenant, "main", new AccessToken("secret"), default);
        await Database.ExecuteAsync("update ad_accounts set integration_id = $1 where tenant_id = $2 and ad_account_id = $3", id, Tenant.Value, account.Account.ToString());
        return id;
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
