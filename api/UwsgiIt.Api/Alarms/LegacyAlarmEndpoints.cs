using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Alarms;

/// <summary><c>alarms</c> and <c>alarm_key</c>.</summary>
internal static class LegacyAlarmEndpoints
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static void Map(LegacyRoutes routes)
    {
        routes.Customer("alarms", SlashRule.Either, ListAsync);
        routes.Customer("alarms/{id:digits}", SlashRule.Never, GetAsync, delete: DeleteAsync);
        routes.Map("alarms/raise/{uid:digits}", SlashRule.Never, Surface.AlarmKey, post: RaiseAsync);
        routes.Map("alarms/trigger/{uid:digits}", SlashRule.Never, Surface.AlarmKey, post: RaiseAsync);
        routes.Customer("alarm_key/{uid:digits}", SlashRule.Never, KeyAsync, KeyAsync);
    }

    private static JsonObject View(Alarm row) => new()
    {
        ["id"] = row.Id,
        ["container"] = ContainerUid.Of(row.ContainerId),
        ["level"] = row.Level,
        ["color"] = row.Color,
        ["class"] = row.Class,
        ["vassal"] = row.Vassal,
        ["line"] = row.Line,
        ["filename"] = row.Filename,
        ["func"] = row.Func,
        ["unix"] = row.Unix,
        ["msg"] = row.Message,
    };

    private static async Task<LegacyAnswer> ListAsync(LegacyRequest request)
    {
        var rows = await FilterAsync(request, request.Service<AlarmStore>().Rows.AsNoTracking());
        var total = request.Query.ContainsKey("with_total") ? (int?)await rows.CountAsync(request.Aborted) : null;
        var range = request.Query.TryGetValue("range", out var text) ? AlarmRange.Parse(text.ToString()) : (AlarmRange?)null;
        var ordered = range is { OldestFirst: true } ? rows.OrderBy(static row => row.Unix).ThenBy(static row => row.Id) : rows.OrderByDescending(static row => row.Unix).ThenByDescending(static row => row.Id);
        var found = await (range is { } part ? ordered.Skip(part.Skip).Take(part.Take) : ordered).ToListAsync(request.Aborted);
        var list = new JsonArray([.. found.Select(View)]);
        return LegacyAnswer.Document(total is { } count ? new JsonObject { ["total"] = count, ["alarms"] = list } : list);
    }

    private static async Task<IQueryable<Alarm>> FilterAsync(LegacyRequest request, IQueryable<Alarm> rows)
    {
        var query = request.Query;
        if (QueryText.Of(query, "container") is { } uid)
        {
            var id = LegacyUid.TryRead(uid, out var read) ? read : 0;
            if (!await request.Db.Containers.AnyAsync(container => container.Id == id, request.Aborted))
            {
                throw Fault.Forbidden();
            }

            rows = rows.Where(row => row.ContainerId == id);
        }

        if (QueryText.Long(query, "level") is { } level)
        {
            rows = rows.Where(row => row.Level == level);
        }

        if (QueryText.Long(query, "line") is { } line)
        {
            rows = rows.Where(row => row.Line == line);
        }

        var (vassal, @class, color, filename, func) = (QueryText.Of(query, "vassal"), QueryText.Of(query, "class"), QueryText.Of(query, "color"), QueryText.Of(query, "filename"), QueryText.Of(query, "func"));
        return rows.Where(row => (vassal == null || row.Vassal == vassal) && (@class == null || row.Class == @class) && (color == null || row.Color == color) && (filename == null || row.Filename == filename) && (func == null || row.Func == func));
    }

    private static async Task<Alarm> FindAsync(LegacyRequest request)
    {
        var id = long.TryParse(request.Route("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return await request.Db.Alarms.FirstOrDefaultAsync(row => row.Id == id, request.Aborted) ?? throw Fault.Forbidden();
    }

    private static async Task<LegacyAnswer> GetAsync(LegacyRequest request) => LegacyAnswer.Document(View(await FindAsync(request)));

    private static Task<LegacyAnswer> DeleteAsync(LegacyRequest request) => request.WriteAsync(async () =>
    {
        request.Db.Remove(await FindAsync(request));
        return LegacyAnswer.Message("Ok");
    });

    private static async Task<LegacyAnswer> RaiseAsync(LegacyRequest request)
    {
        var id = request.ContainerId;
        if (!await request.Db.Containers.AnyAsync(container => container.Id == id, request.Aborted))
        {
            throw Fault.Forbidden();
        }

        var bytes = await LegacyBody.ReadBytesAsync(request.Http);
        var level = QueryText.Of(request.Query, "level") is null ? 1 : QueryText.Int(request.Query, "level")!.Value;
        if (level < 1)
        {
            throw Fault.Forbidden();
        }

        var color = QueryText.Of(request.Query, "color") ?? "#ffffff";
        var unix = QueryText.Long(request.Query, "unix") ?? request.Now;
        return await LegacyRequest.RefusingAsync(FaultKind.Conflict, () => request.WriteAsync(async () =>
        {
            var alarm = new Alarm
            {
                ContainerId = id,
                Unix = unix,
                Level = level,
                Color = color.StartsWith('#') ? color : "#" + color,
                Message = Text(bytes),
                Line = QueryText.Long(request.Query, "line"),
                Class = QueryText.Of(request.Query, "class"),
                Vassal = QueryText.Of(request.Query, "vassal"),
                Func = QueryText.Of(request.Query, "func"),
                Filename = QueryText.Of(request.Query, "filename"),
            };
            await request.Service<AlarmStore>().RaiseAsync(alarm, request.Aborted);
            return LegacyAnswer.Message("Created", 201);
        }));
    }

    private static string Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Fault.Conflict("The message is not UTF-8.");
        }
    }

    // A GET that changes something, because clients use it so: a new key each time, the old one dies. A HEAD, whose answer nobody could read, does not.
    private static Task<LegacyAnswer> KeyAsync(LegacyRequest request) => HttpMethods.IsHead(request.Http.Request.Method) ? throw new Fault(FaultKind.MethodNotAllowed, "Method not allowed") : request.WriteAsync(async () =>
    {
        var row = await LegacyContainerEndpoints.FindAsync(request);
        var key = Guid.NewGuid().ToString();
        row.AlarmKeyHash = TokenText.HashOf(key);
        return new LegacyAnswer(200, new JsonObject { ["message"] = "Ok", ["alarm_key"] = key });
    });
}
