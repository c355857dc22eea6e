using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using UwsgiIt.Api.Diagnostics;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Metrics;

/// <summary>Stores points: each chunk of a series grows by appending in the database, so that concurrent posts lose nothing. Acknowledged is on disk.</summary>
internal sealed class MetricIntake(ApiContext db, ApiMetrics? metrics = null)
{
    private static readonly string[] SqliteParameters = ["$container", "$domain", "$metric", "$start", "$data"];

    public async Task StoreAsync(IReadOnlyCollection<MetricSample> samples, CancellationToken cancellationToken)
    {
        if (samples.Count == 0)
        {
            return;
        }

        // In key order, so that every page of the index is touched once.
        var chunks = samples.GroupBy(static sample => (sample.ContainerId, sample.DomainId, sample.Metric, Start: sample.Unix - (sample.Unix % MetricPoints.RawSpan)))
            .OrderBy(static group => group.Key).Select(static group => (group.Key, Data: Pack(group.Key.Start, group))).ToList();
        await using var transaction = await db.BeginAppendAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        var connection = db.Database.GetDbConnection();
        if (connection is NpgsqlConnection)
        {
            await StorePostgresAsync((NpgsqlConnection)connection, chunks, cancellationToken);
        }
        else
        {
            await StoreSqliteAsync(connection, chunks, cancellationToken);
        }

        await db.Database.CommitTransactionAsync(CancellationToken.None);
        metrics?.PointsStored(samples.Count);
    }

    private static byte[] Pack(long start, IEnumerable<MetricSample> samples)
    {
        var list = samples.ToList();
        var data = new byte[list.Count * MetricPoints.RawSize];
        for (var i = 0; i < list.Count; i++)
        {
            MetricPoints.WriteRaw(data.AsSpan(i * MetricPoints.RawSize), start, new RawPoint(list[i].Unix, list[i].Value));
        }

        return data;
    }

    private async Task StoreSqliteAsync(DbConnection connection, List<((int ContainerId, int DomainId, int Metric, long Start) Key, byte[] Data)> chunks, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(db.Database.CurrentTransaction!);
        command.CommandText = """
            INSERT INTO "MetricChunks" ("Resolution", "ContainerId", "DomainId", "Metric", "Start", "Data") VALUES (0, $container, $domain, $metric, $start, $data)
            ON CONFLICT ("Resolution", "ContainerId", "DomainId", "Metric", "Start") DO UPDATE SET "Data" = CAST("Data" || excluded."Data" AS BLOB)
            """;
        var parameters = SqliteParameters.Select(name =>
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
            return parameter;
        }).ToArray();
        foreach (var (key, data) in chunks)
        {
            (parameters[0].Value, parameters[1].Value, parameters[2].Value, parameters[3].Value, parameters[4].Value) = (key.ContainerId, key.DomainId, key.Metric, key.Start, data);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task StorePostgresAsync(NpgsqlConnection connection, List<((int ContainerId, int DomainId, int Metric, long Start) Key, byte[] Data)> chunks, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO "MetricChunks" ("Resolution", "ContainerId", "DomainId", "Metric", "Start", "Data")
            SELECT 0, * FROM unnest($1, $2, $3, $4, $5)
            ON CONFLICT ("Resolution", "ContainerId", "DomainId", "Metric", "Start") DO UPDATE SET "Data" = "MetricChunks"."Data" || excluded."Data"
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter { Value = chunks.Select(static chunk => chunk.Key.ContainerId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter { Value = chunks.Select(static chunk => chunk.Key.DomainId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter { Value = chunks.Select(static chunk => chunk.Key.Metric).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter { Value = chunks.Select(static chunk => chunk.Key.Start).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = chunks.Select(static chunk => chunk.Data).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
