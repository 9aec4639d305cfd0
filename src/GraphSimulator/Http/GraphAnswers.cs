using System.Text.Json;
using MetaGrains.GraphSimulator.Entities;
using MetaGrains.GraphSimulator.Insights;
using MetaGrains.GraphSimulator.OAuth;
using MetaGrains.GraphSimulator.Reports;
using MetaGrains.GraphSimulator.Tokens;
using MetaGrains.GraphSimulator.Webhooks;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Hands a call to what answers it.</summary>
internal sealed class GraphAnswers(
    AccountEndpoint accounts,
    InsightsEndpoint insights,
    ReportEndpoint reports,
    TokenEndpoint tokens,
    AccessTokenEndpoint accessTokens,
    SubscriptionEndpoint subscriptions,
    WorldCorrections corrections,
    DeletedOnEdges deleted)
{
    public void WriteAccessToken(Exchange exchange, Utf8JsonWriter writer) => accessTokens.Answer(exchange.Request, exchange.Now, writer);

    public Task SubscribeAsync(Exchange exchange) => subscriptions.SubscribeAsync(exchange.Request);

    public void Write(Exchange exchange, Utf8JsonWriter writer)
    {
        var (request, target, now) = (exchange.Request, exchange.Target!, exchange.Now);
        var nodes = new NodeWriter(request, now, insights, deleted, writer);
        switch (target.Kind)
        {
            case TargetKind.Me: TokenEndpoint.Me(exchange.Session!, writer); break;
            case TargetKind.MyAccounts: accounts.List(request, exchange.Session!, now, nodes, writer); break;
            case TargetKind.MyBusinesses: accounts.Businesses(request, exchange.Session!, now, writer); break;
            case TargetKind.MyPermissions: TokenEndpoint.ListPermissions(exchange.Session!, writer); break;
            case TargetKind.Permissions: tokens.Revoke(exchange.Session!, target.Name, writer); break;
            case TargetKind.DebugToken: tokens.Debug(request, exchange.Session!, now, writer); break;
            case TargetKind.Subscriptions: subscriptions.Answer(request, writer); break;
            case TargetKind.SubscribedApps: subscriptions.AnswerApps(request, target.Account!.Number, writer); break;
            case TargetKind.Business: accounts.Business(target.Business, now, writer); break;
            case TargetKind.BusinessAccounts: accounts.ListOfBusiness(target, request, exchange.Session!, now, nodes, writer); break;
            case TargetKind.Account: nodes.Account(target.Account!, FieldSelection.Read(request)); break;
            case TargetKind.Entity when request.IsRead: nodes.Entity(target.Account!, target.Node!, FieldSelection.Read(request)); break;
            case TargetKind.Entity: Change(exchange, writer); break;
            case TargetKind.Creative: nodes.Creative(target.Account!, target.Node!, FieldSelection.Read(request)); break;
            case TargetKind.List: new EntityList(request, target.Account!, target.Node, deleted).Write(target.Listed!.Value, nodes, writer); break;
            case TargetKind.Creatives: CreativeList.Write(request, target.Account!, target.Node, nodes, writer); break;
            case TargetKind.Insights when request.IsRead: insights.Answer(request, target.Account!, target.Node, writer); break;
            case TargetKind.Insights: reports.Create(exchange, writer); break;
            case TargetKind.Report when request.IsRead: reports.Read(exchange, writer); break;
            case TargetKind.Report: reports.Delete(exchange); Succeed(writer); break;
            case TargetKind.ReportRows: reports.Rows(exchange, writer); break;
        }
    }

    public static void Succeed(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("success"u8, true);
        writer.WriteEndObject();
    }

    private void Change(Exchange exchange, Utf8JsonWriter writer)
    {
        EntityWrites.Apply(exchange.Request, exchange.Target!, corrections, exchange.Now);
        Succeed(writer);
    }
}
