using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Changes;

/// <summary>Remembers what one context saves, until the transaction's end turns it into feed and audit rows. Revisions and times are set here.</summary>
internal sealed class ChangeRecorder
{
    private readonly List<RecordedChange> _pending = [];
    private readonly List<RecordedChange> _recorded = [];

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public IReadOnlyList<RecordedChange> Recorded => _recorded;

    public void Clear() => _recorded.Clear();

    public void Capture(ChangeTracker tracker)
    {
        _pending.Clear();
        var now = Time.GetUtcNow().ToUnixTimeSeconds();
        tracker.DetectChanges();
        foreach (var entry in tracker.Entries())
        {
            if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && entry.Entity is ITracked or Alarm)
            {
                Stamp(entry, now);
                _pending.Add(new RecordedChange(entry.Entity, ActionOf(entry.State), Values(entry, original: true), Values(entry, original: false)) { OriginalServerId = OriginalServer(entry) });
            }
        }
    }

    public void Saved()
    {
        _recorded.AddRange(_pending);
        _pending.Clear();
    }

    private static void Stamp(EntityEntry entry, long now)
    {
        if (entry.Entity is not ITracked row || entry.State == EntityState.Deleted)
        {
            return;
        }

        if (entry.State == EntityState.Added)
        {
            row.CreatedUnix = row.CreatedUnix == 0 ? now : row.CreatedUnix;
            row.ModifiedUnix = row.ModifiedUnix == 0 ? now : row.ModifiedUnix;
            return;
        }

        row.Revision++;
        row.ModifiedUnix = Math.Max(now, row.ModifiedUnix);
    }

    private static string ActionOf(EntityState state) => state switch { EntityState.Added => "created", EntityState.Deleted => "deleted", _ => "updated" };

    private static int? OriginalServer(EntityEntry entry) =>
        entry.State == EntityState.Modified && entry.Entity is Containers.Container ? (int)entry.Property(nameof(Containers.Container.ServerId)).OriginalValue! : null;

    private static string? Values(EntityEntry entry, bool original)
    {
        if (entry.State == (original ? EntityState.Added : EntityState.Deleted))
        {
            return null;
        }

        var values = new JsonObject();
        foreach (var property in entry.Properties)
        {
            if (property.Metadata.Name is nameof(ITracked.Id) or nameof(ITracked.Revision) or nameof(ITracked.ModifiedUnix) or nameof(ITracked.CreatedUnix) || (entry.State == EntityState.Modified && !property.IsModified))
            {
                continue;
            }

            var value = original ? property.OriginalValue : property.CurrentValue;
            if (value is null && entry.State != EntityState.Modified)
            {
                continue;
            }

            var secret = property.Metadata.PropertyInfo?.GetCustomAttribute<SecretAttribute>() is not null;
            values[property.Metadata.Name] = secret && value is not null ? "(secret)" : ToNode(value);
        }

        return values.ToJsonString();
    }

    private static JsonValue? ToNode(object? value) => value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        string text => JsonValue.Create(text),
        _ => JsonValue.Create(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)),
    };
}
