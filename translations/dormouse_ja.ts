<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>dormouse::AckRuler</name>
    <message>
        <source>Message index: acknowledged %1, sent %2, next %3</source>
        <translation>メッセージ番号: 確認済み %1、送信済み %2、次 %3</translation>
    </message>
    <message>
        <source>Message index: no connection</source>
        <translation>メッセージ番号: 接続なし</translation>
    </message>
    <message>
        <source>Message index</source>
        <translation>メッセージ番号</translation>
    </message>
    <message>
        <source>wrap</source>
        <translation>一周</translation>
    </message>
    <message>
        <source>▲ acked %1</source>
        <translation>▲ 確認済み %1</translation>
    </message>
    <message>
        <source>▼ sent %1</source>
        <translation>▼ 送信済み %1</translation>
    </message>
    <message>
        <source>next %1</source>
        <translation>次 %1</translation>
    </message>
    <message>
        <source>%1 not acknowledged</source>
        <translation>未確認 %1</translation>
    </message>
</context>
<context>
    <name>dormouse::ActorPage</name>
    <message>
        <source>Choose an actor in the map or in a table.
Ctrl+K finds one by id, key or name.</source>
        <translation>マップまたは表でアクターを選択してください。
Ctrl+K で ID、キー、名前から検索できます。</translation>
    </message>
    <message>
        <source>Actor details</source>
        <translation>アクターの詳細</translation>
    </message>
    <message>
        <source>Actor id</source>
        <translation>アクター ID</translation>
    </message>
    <message>
        <source>Copy the id</source>
        <translation>ID をコピー</translation>
    </message>
    <message>
        <source>Copy the actor id</source>
        <translation>アクター ID をコピー</translation>
    </message>
    <message>
        <source>Wake</source>
        <translation>起こす</translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>スリープ</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>移動</translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation>破棄…</translation>
    </message>
    <message>
        <source>%1 this actor</source>
        <translation>このアクター: %1</translation>
    </message>
    <message>
        <source>LIFE CYCLE</source>
        <translation>ライフサイクル</translation>
    </message>
    <message>
        <source>What</source>
        <translation>項目</translation>
    </message>
    <message>
        <source>Since / value</source>
        <translation>時刻 / 値</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>所要時間</translation>
    </message>
    <message>
        <source>Life cycle and facts</source>
        <translation>ライフサイクルと基本情報</translation>
    </message>
    <message>
        <source>CONNECTIONS</source>
        <translation>接続</translation>
    </message>
    <message>
        <source>Connections of this actor</source>
        <translation>このアクターの接続</translation>
    </message>
    <message>
        <source>No client is connected</source>
        <translation>接続中のクライアントはありません</translation>
    </message>
    <message>
        <source>STORED KEYS</source>
        <translation>保存されたキー</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>読み込む</translation>
    </message>
    <message>
        <source>Read the stored keys</source>
        <translation>保存されたキーを読み込む</translation>
    </message>
    <message>
        <source>Reads the first %1 keys; does not wake the actor.</source>
        <translation>最初の %1 個のキーを読み込みます。アクターは起動しません。</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>値</translation>
    </message>
    <message>
        <source>Stored keys</source>
        <translation>保存されたキー</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>作成</translation>
    </message>
    <message>
        <source>Waiting since</source>
        <translation>待機開始</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>開始</translation>
    </message>
    <message>
        <source>Reachable</source>
        <translation>到達可能</translation>
    </message>
    <message>
        <source>Slept</source>
        <translation>スリープ</translation>
    </message>
    <message>
        <source>Next try</source>
        <translation>次の試行</translation>
    </message>
    <message>
        <source>Alarm</source>
        <translation>アラーム</translation>
    </message>
    <message>
        <source>Deadline</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>Destroyed</source>
        <translation>破棄</translation>
    </message>
    <message>
        <source>Last wake</source>
        <translation>前回の復帰</translation>
    </message>
    <message>
        <source>Generation</source>
        <translation>世代</translation>
    </message>
    <message>
        <source>Runner</source>
        <translation>ランナー</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>プール</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Stored</source>
        <translation>保存済み</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>エラー</translation>
    </message>
    <message>
        <source>STATES</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>More</source>
        <translation>さらに表示</translation>
    </message>
    <message>
        <source>Read more stored keys</source>
        <translation>保存済みキーをさらに読み込む</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>サイズ</translation>
    </message>
    <message>
        <source>Stored value</source>
        <translation>保存された値</translation>
    </message>
    <message>
        <source>Why it is in this state</source>
        <translation>この状態である理由</translation>
    </message>
    <message>
        <source>Call…</source>
        <translation>呼び出し…</translation>
    </message>
    <message>
        <source>The actor is gone.</source>
        <translation>アクターはもうありません。</translation>
    </message>
</context>
<context>
    <name>dormouse::Application</name>
    <message>
        <source>The engine has ended: %1</source>
        <translation>エンジンが終了しました: %1</translation>
    </message>
    <message>
        <source>The engine could not start: %1 %2</source>
        <translation>エンジンを起動できませんでした: %1 %2</translation>
    </message>
    <message>
        <source>Nothing is recorded: %1</source>
        <translation>記録されていません: %1</translation>
    </message>
    <message>
        <source>Cannot make the folder %1</source>
        <translation>フォルダー %1 を作成できません</translation>
    </message>
    <message>
        <source>Cannot write %1</source>
        <translation>%1 に書き込めません</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
</context>
<context>
    <name>dormouse::BulkDialog</name>
    <message>
        <source>Wake</source>
        <translation>起こす</translation>
    </message>
    <message numerus="yes">
        <source>Wake %n actors</source>
        <translation>
            <numerusform>%n 個のアクターを起こす</numerusform>
        </translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>スリープさせる</translation>
    </message>
    <message numerus="yes">
        <source>Put %n actors to sleep</source>
        <translation>
            <numerusform>%n 個のアクターをスリープさせる</numerusform>
        </translation>
    </message>
    <message>
        <source>Move</source>
        <translation>移動</translation>
    </message>
    <message numerus="yes">
        <source>Move %n actors to other runners</source>
        <translation>
            <numerusform>%n 個のアクターを別のランナーへ移動</numerusform>
        </translation>
    </message>
    <message>
        <source>Destroy</source>
        <translation>破棄</translation>
    </message>
    <message numerus="yes">
        <source>Destroy %n actors with everything they stored</source>
        <translation>
            <numerusform>%n 個のアクターを保存データごと破棄</numerusform>
        </translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message numerus="yes">
        <source>Close %n connections</source>
        <translation>
            <numerusform>%n 個の接続を閉じる</numerusform>
        </translation>
    </message>
    <message>
        <source>Drain</source>
        <translation>ドレイン</translation>
    </message>
    <message numerus="yes">
        <source>Drain %n runners</source>
        <translation>
            <numerusform>%n 個のランナーをドレイン</numerusform>
        </translation>
    </message>
    <message>
        <source>Clients that will be disconnected: %1</source>
        <translation>切断されるクライアント: %1</translation>
    </message>
    <message>
        <source>Targets</source>
        <translation>対象</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>ほか %n 件</numerusform>
        </translation>
    </message>
    <message>
        <source>Confirmation word</source>
        <translation>確認の単語</translation>
    </message>
    <message>
        <source>Type &quot;%1&quot; to go on</source>
        <translation>続けるには「%1」と入力してください</translation>
    </message>
    <message>
        <source>Evict</source>
        <translation>追い出す</translation>
    </message>
    <message numerus="yes">
        <source>Evict %n runners at once; their actors start elsewhere</source>
        <translation>
            <numerusform>%n 個のランナーを直ちに追い出す (アクターは別の場所で起動)</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>切断</translation>
    </message>
    <message numerus="yes">
        <source>Drop the links of %n runners; they dial in again</source>
        <translation>
            <numerusform>%n 個のランナーの回線を切断 (ランナーは再接続します)</numerusform>
        </translation>
    </message>
    <message>
        <source>Clients that stay and wait meanwhile: %1</source>
        <translation>接続を維持したまま待つクライアント: %1</translation>
    </message>
</context>
<context>
    <name>dormouse::CallDialog</name>
    <message>
        <source>Call an action</source>
        <translation>アクションの呼び出し</translation>
    </message>
    <message>
        <source>A request to the actor, as the rivetkit library makes it. It wakes the actor and keeps it awake while it runs.</source>
        <translation>rivetkit ライブラリと同じ形式でアクターへリクエストを送ります。アクターは起動し、実行中は稼働し続けます。</translation>
    </message>
    <message>
        <source>Name of the action</source>
        <translation>アクションの名前</translation>
    </message>
    <message>
        <source>Arguments of the action</source>
        <translation>アクションの引数</translation>
    </message>
    <message>
        <source>JSON, for example: 3, {&quot;by&quot;: &quot;me&quot;}</source>
        <translation>JSON。例: 3, {&quot;by&quot;: &quot;me&quot;}</translation>
    </message>
    <message>
        <source>&amp;Action</source>
        <translation>アクション(&amp;A)</translation>
    </message>
    <message>
        <source>A&amp;rguments</source>
        <translation>引数(&amp;R)</translation>
    </message>
    <message>
        <source>What became of the call</source>
        <translation>呼び出しの結果</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>応答</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>呼び出し</translation>
    </message>
    <message>
        <source>Call the action</source>
        <translation>このアクションを呼び出す</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Close this dialog</source>
        <translation>このダイアログを閉じる</translation>
    </message>
    <message>
        <source>Not JSON: %1</source>
        <translation>JSON ではありません: %1</translation>
    </message>
    <message>
        <source>Wake and call</source>
        <translation>起こして呼び出し</translation>
    </message>
    <message>
        <source>Waiting for the answer …</source>
        <translation>応答を待っています…</translation>
    </message>
    <message>
        <source>Answered after %1 with status %2.</source>
        <translation>%1 後に応答がありました (ステータス %2)。</translation>
    </message>
    <message>
        <source>Connection parameters</source>
        <translation>接続パラメーター</translation>
    </message>
    <message>
        <source>JSON for onBeforeConnect, for example: {&quot;token&quot;: &quot;abc&quot;}</source>
        <translation>onBeforeConnect に渡す JSON。例: {&quot;token&quot;: &quot;abc&quot;}</translation>
    </message>
    <message>
        <source>Connection &amp;parameters</source>
        <translation>接続パラメーター(&amp;P)</translation>
    </message>
    <message>
        <source>What cannot be read</source>
        <translation>読み取れない入力</translation>
    </message>
    <message>
        <source>one value is expected</source>
        <translation>値は 1 つだけ書いてください</translation>
    </message>
    <message>
        <source>Arguments: %1</source>
        <translation>引数: %1</translation>
    </message>
    <message>
        <source>Connection parameters: %1</source>
        <translation>接続パラメーター: %1</translation>
    </message>
</context>
<context>
    <name>dormouse::CellWords</name>
    <message>
        <source>since %1, position %2 in the queue, gives up at %3</source>
        <translation>%1 から待機、待ち行列の %2 番目、%3 にあきらめます</translation>
    </message>
    <message>
        <source>no runner of this pool is known</source>
        <translation>このプールのランナーはありません</translation>
    </message>
    <message>
        <source>runner %1, %2 of %3 slots used, silent for %4 ms, version %5</source>
        <translation>ランナー %1、スロット %2/%3 使用中、無応答 %4 ms、バージョン %5</translation>
    </message>
    <message>
        <source>runner %1 is back and has not said yet what it hosts</source>
        <translation>ランナー %1 は戻りましたが、何を動かしているかをまだ伝えていません</translation>
    </message>
    <message>
        <source>runner %1 is away, given up at %2</source>
        <translation>ランナー %1 は不在、%2 に見切りをつけます</translation>
    </message>
    <message>
        <source>restart %1 at %2, last failure at %3</source>
        <translation>%1 回目の再起動は %2、前回の失敗は %3</translation>
    </message>
    <message>
        <source>asleep since %1, tries again when it is needed</source>
        <translation>%1 からスリープ中、必要になれば再び試します</translation>
    </message>
    <message>
        <source>asleep since %1</source>
        <translation>%1 からスリープ中</translation>
    </message>
    <message>
        <source>wakes at %1</source>
        <translation>%1 に起きます</translation>
    </message>
    <message>
        <source>failed %1 times, a wake before %2 waits until then</source>
        <translation>%1 回失敗、%2 より前の復帰はそれまで待ちます</translation>
    </message>
    <message>
        <source>stop sent to runner %1, lost at %2</source>
        <translation>ランナー %1 に停止を送信、%2 に喪失とみなします</translation>
    </message>
    <message>
        <source>on runner %1, lost at %2</source>
        <translation>ランナー %1、%2 に喪失とみなします</translation>
    </message>
    <message>
        <source>on runner %1 since %2</source>
        <translation>%2 からランナー %1 上</translation>
    </message>
    <message>
        <source>starts again as soon as it has stopped</source>
        <translation>停止しだい再び起動します</translation>
    </message>
    <message>
        <source>runner %1 must stop it, given up at %2</source>
        <translation>ランナー %1 が停止するのを待機、%2 に見切りをつけます</translation>
    </message>
    <message>
        <source>at %1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>wants %1 requests for %2 actors (slots_per_runner %3, runners_margin %4, min_runners %5, max_runners %6), has %7 opening, %8 serving, %9 waiting, %10 draining</source>
        <translation>アクター %2 個に要求 %1 件が必要 (slots_per_runner %3、runners_margin %4、min_runners %5、max_runners %6)。開始中 %7、稼働中 %8、待機中 %9、ドレイン中 %10</translation>
    </message>
    <message>
        <source>this engine does not know its own URL (guard.public_url)</source>
        <translation>このエンジンは自身の URL を知りません (guard.public_url)</translation>
    </message>
    <message>
        <source>no more than %1 runners are allowed</source>
        <translation>許されるランナーは %1 個までです</translation>
    </message>
    <message>
        <source>request %1 failed %2 times in a row, next attempt in %3 ms</source>
        <translation>要求 %1 は %2 回続けて失敗、次の試行は %3 ms 後</translation>
    </message>
    <message>
        <source>never</source>
        <comment>a moment that does not come</comment>
        <translation>なし</translation>
    </message>
    <message>
        <source>count</source>
        <comment>unit of a setting</comment>
        <translation>個</translation>
    </message>
    <message>
        <source>bytes</source>
        <comment>unit of a setting</comment>
        <translation>バイト</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <comment>least and greatest value</comment>
        <translation>%1～%2</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>はい</translation>
    </message>
    <message>
        <source>no</source>
        <translation>いいえ</translation>
    </message>
</context>
<context>
    <name>dormouse::ClientPanel</name>
    <message>
        <source>ws://127.0.0.1:6420/gateway/ACTOR/websocket: choose an actor to fill this in</source>
        <translation>ws://127.0.0.1:6420/gateway/ACTOR/websocket: アクターを選択すると入力されます</translation>
    </message>
    <message>
        <source>WebSocket URL</source>
        <translation>WebSocket の URL</translation>
    </message>
    <message>
        <source>Subprotocols, comma separated</source>
        <translation>サブプロトコル (コンマ区切り)</translation>
    </message>
    <message>
        <source>Subprotocols</source>
        <translation>サブプロトコル</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>接続</translation>
    </message>
    <message>
        <source>Open a WebSocket</source>
        <translation>WebSocket を開く</translation>
    </message>
    <message>
        <source>My connections</source>
        <translation>自分の接続</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>送受信の記録</translation>
    </message>
    <message>
        <source>Open a connection and talk to an actor like a client does.</source>
        <translation>接続を開くと、クライアントと同じようにアクターと通信できます。</translation>
    </message>
    <message>
        <source>This view cannot open connections.</source>
        <translation>このビューでは接続を開けません。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Close this WebSocket</source>
        <translation>この WebSocket を閉じる</translation>
    </message>
    <message>
        <source>%1 connections are open; close one first.</source>
        <translation>%1 個の接続が開いています。先にどれかを閉じてください。</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>接続中</translation>
    </message>
    <message>
        <source>open</source>
        <translation>開いています</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>閉じました</translation>
    </message>
    <message>
        <source>closed %1 %2</source>
        <translation>切断 %1 %2</translation>
    </message>
    <message>
        <source>without a code</source>
        <translation>コードなし</translation>
    </message>
    <message>
        <source>connecting to %1</source>
        <translation>%1 に接続中</translation>
    </message>
    <message>
        <source>Reconnect</source>
        <translation>再接続</translation>
    </message>
    <message>
        <source>Connect again when the connection is lost</source>
        <translation>切断後に再接続</translation>
    </message>
    <message>
        <source>After half a second, then after twice as long each time, up to 15 seconds</source>
        <translation>0.5 秒後、以後は毎回 2 倍の間隔、最長 15 秒</translation>
    </message>
    <message>
        <source>next try in %1</source>
        <translation>%1 後に再試行</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>待機中</translation>
    </message>
</context>
<context>
    <name>dormouse::CloseDialog</name>
    <message>
        <source>Close connection</source>
        <translation>接続を閉じる</translation>
    </message>
    <message>
        <source>Known codes</source>
        <translation>既知のコード</translation>
    </message>
    <message>
        <source>1000 normal</source>
        <translation>1000 正常終了</translation>
    </message>
    <message>
        <source>1001 going away</source>
        <translation>1001 離脱</translation>
    </message>
    <message>
        <source>1008 policy</source>
        <translation>1008 ポリシー違反</translation>
    </message>
    <message>
        <source>1011 internal error</source>
        <translation>1011 内部エラー</translation>
    </message>
    <message>
        <source>1012 restart</source>
        <translation>1012 再起動</translation>
    </message>
    <message>
        <source>1013 try again later</source>
        <translation>1013 後で再試行</translation>
    </message>
    <message>
        <source>Close code</source>
        <translation>クローズコード</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>&amp;Known</source>
        <translation>既知(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Code</source>
        <translation>コード(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation>理由(&amp;R)</translation>
    </message>
</context>
<context>
    <name>dormouse::CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation>コマンドパレット</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>移動先</translation>
    </message>
    <message>
        <source>Actor, connection, runner, view or command</source>
        <translation>アクター、接続、ランナー、ビュー、コマンド</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>検索</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>検索結果</translation>
    </message>
    <message>
        <source>Runner</source>
        <translation>ランナー</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>接続</translation>
    </message>
</context>
<context>
    <name>dormouse::Composer</name>
    <message>
        <source>Text</source>
        <translation>テキスト</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>16 進</translation>
    </message>
    <message>
        <source>CBOR from JSON</source>
        <translation>JSON から CBOR</translation>
    </message>
    <message>
        <source>How the message is written</source>
        <translation>メッセージの書式</translation>
    </message>
    <message>
        <source>Message; Enter sends, {n} counts, Up brings back</source>
        <translation>メッセージ; Enter で送信、{n} は通し番号、↑ で履歴</translation>
    </message>
    <message>
        <source>Message to send</source>
        <translation>送信するメッセージ</translation>
    </message>
    <message>
        <source>× </source>
        <comment>how often a message is sent</comment>
        <translation>× </translation>
    </message>
    <message>
        <source>How often to send</source>
        <translation>送信回数</translation>
    </message>
    <message>
        <source> / s</source>
        <translation> / 秒</translation>
    </message>
    <message>
        <source>Messages per second</source>
        <translation>毎秒のメッセージ数</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>送信</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>メッセージを送信</translation>
    </message>
    <message>
        <source>Hex is pairs of 0-9 and a-f.</source>
        <translation>16 進は 0-9 と a-f の 2 桁ずつです。</translation>
    </message>
    <message>
        <source>Not JSON: %1</source>
        <translation>JSON ではありません: %1</translation>
    </message>
    <message>
        <source>one value is expected</source>
        <translation>値は 1 つだけ書いてください</translation>
    </message>
    <message>
        <source>Stop, %1 left</source>
        <translation>停止 (残り %1)</translation>
    </message>
</context>
<context>
    <name>dormouse::ConnectDialog</name>
    <message>
        <source>Connect to an engine</source>
        <translation>エンジンに接続</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>アドレス</translation>
    </message>
    <message>
        <source>Admin token</source>
        <translation>管理トークン</translation>
    </message>
    <message>
        <source>when the engine asks for one; not kept</source>
        <translation>エンジンが要求する場合。保存されません</translation>
    </message>
    <message>
        <source>Allow commands (it is opened read-only otherwise)</source>
        <translation>操作を許可 (しない場合は読み取り専用)</translation>
    </message>
    <message>
        <source>Allow commands</source>
        <translation>操作を許可</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>アドレス(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Token</source>
        <translation>トークン(&amp;T)</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>接続</translation>
    </message>
</context>
<context>
    <name>dormouse::ControlPage</name>
    <message>
        <source>Control log</source>
        <translation>操作ログ</translation>
    </message>
    <message>
        <source>No command was given yet</source>
        <translation>まだ操作はありません</translation>
    </message>
    <message>
        <source>Creating, waking, closing: what is done from this window is noted here with its outcome.</source>
        <translation>作成、復帰、切断など、このウィンドウからの操作と結果がここに記録されます。</translation>
    </message>
    <message>
        <source>Control log   %1</source>
        <translation>操作ログ   %1</translation>
    </message>
</context>
<context>
    <name>dormouse::CreateActorDialog</name>
    <message>
        <source>Create actor</source>
        <translation>アクターを作成</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名前</translation>
    </message>
    <message>
        <source>as the runner knows it, for example chat</source>
        <translation>ランナーに登録された名前 (例: chat)</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>optional, unique for this name</source>
        <translation>任意。名前ごとに一意</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>プール</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>名前空間</translation>
    </message>
    <message>
        <source>After a crash</source>
        <translation>クラッシュ後</translation>
    </message>
    <message>
        <source>Sleep until needed</source>
        <translation>必要になるまでスリープ</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>再起動</translation>
    </message>
    <message>
        <source>Destroy</source>
        <translation>破棄</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>入力</translation>
    </message>
    <message>
        <source>optional text handed to the actor</source>
        <translation>アクターに渡すテキスト (任意)</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名前(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation>キー(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Pool</source>
        <translation>プール(&amp;P)</translation>
    </message>
    <message>
        <source>N&amp;amespace</source>
        <translation>名前空間(&amp;A)</translation>
    </message>
    <message>
        <source>After a &amp;crash</source>
        <translation>クラッシュ後(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Input</source>
        <translation>入力(&amp;I)</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>作成</translation>
    </message>
</context>
<context>
    <name>dormouse::DestroyDialog</name>
    <message>
        <source>Destroy actor</source>
        <translation>アクターを破棄</translation>
    </message>
    <message>
        <source>%1 and everything it stored will be gone.</source>
        <translation>%1 と、そのアクターが保存したすべてのデータが失われます。</translation>
    </message>
    <message>
        <source>Clients that will be disconnected: %1</source>
        <translation>切断されるクライアント: %1</translation>
    </message>
    <message>
        <source>(hibernating: %1)</source>
        <translation>(休止中: %1)</translation>
    </message>
    <message>
        <source>Pending messages that will be lost: %1</source>
        <translation>失われる保留メッセージ: %1</translation>
    </message>
    <message>
        <source>Destroy</source>
        <translation>破棄</translation>
    </message>
    <message>
        <source>destroy</source>
        <translation>破棄</translation>
    </message>
    <message>
        <source>Confirmation word</source>
        <translation>確認の単語</translation>
    </message>
    <message>
        <source>Type &quot;%1&quot; to go on</source>
        <translation>続けるには「%1」と入力してください</translation>
    </message>
</context>
<context>
    <name>dormouse::DuePage</name>
    <message>
        <source>What fires next</source>
        <translation>次に起こること</translation>
    </message>
    <message>
        <source>Nothing is due</source>
        <translation>予定はありません</translation>
    </message>
    <message>
        <source>What fires next   the %1 soonest of %2</source>
        <translation>次に起こること   %2 件中、早いものから %1 件</translation>
    </message>
    <message>
        <source>What fires next   %1</source>
        <translation>次に起こること   %1</translation>
    </message>
    <message>
        <source>Alarms of actors, deadlines, retries and timeouts of connections appear here,
soonest first.</source>
        <translation>アクターのアラーム、期限、再試行、接続のタイムアウトが
近い順に表示されます。</translation>
    </message>
</context>
<context>
    <name>dormouse::EngineDialog</name>
    <message>
        <source>Start a local engine</source>
        <translation>ローカルエンジンを起動</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>アドレス</translation>
    </message>
    <message>
        <source>HOST:PORT; port 0 takes any free one</source>
        <translation>HOST:PORT (ポート 0 は空きポートを使用)</translation>
    </message>
    <message>
        <source>Data folder</source>
        <translation>データフォルダー</translation>
    </message>
    <message>
        <source>empty: nothing is kept after the end</source>
        <translation>空欄: 終了後は何も残りません</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>アドレス(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Data folder</source>
        <translation>データフォルダー(&amp;D)</translation>
    </message>
    <message>
        <source>Port 0 takes any free one. The engine ends with its tab.</source>
        <translation>ポート 0 は空きポートを使用します。タブを閉じるとエンジンも終了します。</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>起動</translation>
    </message>
</context>
<context>
    <name>dormouse::EventPage</name>
    <message>
        <source>Lowest level shown</source>
        <translation>表示する最低レベル</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>%1 以上</translation>
    </message>
    <message>
        <source>Only the chosen actor</source>
        <translation>選択中のアクターのみ</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>追従</translation>
    </message>
    <message>
        <source>Follow the newest event</source>
        <translation>最新のイベントを追う</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>イベント</translation>
    </message>
    <message>
        <source>No events</source>
        <translation>イベントなし</translation>
    </message>
    <message>
        <source>What happens in the engine appears here.</source>
        <translation>エンジン内の出来事がここに表示されます。</translation>
    </message>
    <message>
        <source>%1 shown, %2 held</source>
        <translation>表示 %1、保持 %2</translation>
    </message>
    <message>
        <source>, %1 lost</source>
        <translation>、喪失 %1</translation>
    </message>
</context>
<context>
    <name>dormouse::FilterBar</name>
    <message>
        <source>Filter for all views</source>
        <translation>全ビュー共通のフィルター</translation>
    </message>
    <message>
        <source>Filter all views: chat  state == hibernating and pending.bytes &gt; 512KiB</source>
        <translation>全ビューを絞り込み: chat  state == hibernating and pending.bytes &gt; 512KiB</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>フィルターを消去</translation>
    </message>
    <message>
        <source>Saved filters</source>
        <translation>保存したフィルター</translation>
    </message>
    <message>
        <source>Terms of the filter</source>
        <translation>フィルターの条件</translation>
    </message>
    <message>
        <source>Completions</source>
        <translation>補完候補</translation>
    </message>
    <message>
        <source>Take %1 out of the filter</source>
        <translation>フィルターから %1 を外す</translation>
    </message>
    <message>
        <source>No filter is saved</source>
        <translation>保存されたフィルターはありません</translation>
    </message>
    <message>
        <source>Stuck</source>
        <translation>停滞</translation>
    </message>
    <message>
        <source>Waking longer than 10 s</source>
        <translation>復帰に 10 秒以上</translation>
    </message>
    <message>
        <source>More than 100 pending messages</source>
        <translation>保留メッセージが 100 件超</translation>
    </message>
    <message>
        <source>Oldest message waits longer than 10 s</source>
        <translation>最古のメッセージが 10 秒以上待機</translation>
    </message>
    <message>
        <source>Failing actors</source>
        <translation>失敗しているアクター</translation>
    </message>
    <message>
        <source>Save this filter…</source>
        <translation>このフィルターを保存…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>Export saved filters…</source>
        <translation>保存したフィルターを書き出す…</translation>
    </message>
    <message>
        <source>Export saved filters</source>
        <translation>保存したフィルターの書き出し</translation>
    </message>
    <message>
        <source>Cannot write %1: %2</source>
        <translation>%1 に書き込めません: %2</translation>
    </message>
    <message>
        <source>Import filters…</source>
        <translation>フィルターを読み込む…</translation>
    </message>
    <message>
        <source>Import filters</source>
        <translation>フィルターの読み込み</translation>
    </message>
    <message>
        <source>Cannot read %1: %2</source>
        <translation>%1 を読み込めません: %2</translation>
    </message>
    <message>
        <source>Save this filter</source>
        <translation>このフィルターを保存</translation>
    </message>
    <message>
        <source>Name for: %1</source>
        <translation>「%1」の名前</translation>
    </message>
    <message>
        <source>not a filter: %1</source>
        <translation>フィルターではありません: %1</translation>
    </message>
    <message>
        <source>Not a regular expression: %1</source>
        <translation>正規表現ではありません: %1</translation>
    </message>
    <message>
        <source>Not a number with a unit: %1</source>
        <translation>単位付きの数値ではありません: %1</translation>
    </message>
    <message>
        <source>Not a time range: %1</source>
        <translation>時間範囲ではありません: %1</translation>
    </message>
    <message>
        <source>Time range</source>
        <translation>時間範囲</translation>
    </message>
    <message>
        <source>Words, &quot;two words&quot;, ~letters, /regex/, state:sleeping, state == running, pending.bytes &gt; 512KiB, age &gt; 1m, time:15m, -not, a or b</source>
        <translation>単語、&quot;two words&quot;、~letters、/regex/、state:sleeping、state == running、pending.bytes &gt; 512KiB、age &gt; 1m、time:15m、-not、a or b</translation>
    </message>
    <message>
        <source>The last minute</source>
        <translation>直近 1 分</translation>
    </message>
    <message>
        <source>The last 5 minutes</source>
        <translation>直近 5 分</translation>
    </message>
    <message>
        <source>The last 15 minutes</source>
        <translation>直近 15 分</translation>
    </message>
    <message>
        <source>The last hour</source>
        <translation>直近 1 時間</translation>
    </message>
    <message>
        <source>The last day</source>
        <translation>直近 1 日</translation>
    </message>
    <message>
        <source>At any time</source>
        <translation>すべての時間</translation>
    </message>
    <message>
        <source>Between two moments…</source>
        <translation>2 つの時点の間…</translation>
    </message>
</context>
<context>
    <name>dormouse::Guide</name>
    <message>
        <source>First steps</source>
        <translation>はじめの手順</translation>
    </message>
    <message>
        <source>FIRST STEPS</source>
        <translation>はじめの手順</translation>
    </message>
    <message>
        <source>Lines for a terminal</source>
        <translation>ターミナルに入力する行</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Copy the lines</source>
        <translation>行をコピー</translation>
    </message>
    <message>
        <source>Create actor…</source>
        <translation>アクターを作成…</translation>
    </message>
    <message>
        <source>Create the first actor</source>
        <translation>最初のアクターを作成</translation>
    </message>
    <message>
        <source>Open it in the Client view</source>
        <translation>「クライアント」ビューで開く</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Dismiss the first steps</source>
        <translation>はじめの手順を閉じる</translation>
    </message>
    <message>
        <source>1  An engine runs at %1</source>
        <translation>1  エンジンが %1 で動作中</translation>
    </message>
    <message>
        <source>1  No engine that takes commands is connected</source>
        <translation>1  操作を受け付けるエンジンに接続されていません</translation>
    </message>
    <message>
        <source>2  Paste this into a terminal: it starts a runner that knows one actor, &quot;echo&quot; (needs Node.js)</source>
        <translation>2  これをターミナルに貼り付けると、アクター「echo」を持つランナーが起動します (Node.js が必要)</translation>
    </message>
    <message>
        <source>3  The runner is connected</source>
        <translation>3  ランナーが接続されました</translation>
    </message>
    <message>
        <source>3  Waiting for the runner …</source>
        <translation>3  ランナーを待っています …</translation>
    </message>
    <message>
        <source>4  Create an actor with the name echo and the pool default</source>
        <translation>4  名前 echo、プール default のアクターを作成</translation>
    </message>
    <message>
        <source>5  Open it in the Client view, connect and send a message; the actor sends it back</source>
        <translation>5  「クライアント」ビューで開いて接続し、メッセージを送信すると、アクターが送り返します</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完了</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>開く</translation>
    </message>
</context>
<context>
    <name>dormouse::HeatMap</name>
    <message>
        <source>Latency heat map</source>
        <translation>レイテンシのヒートマップ</translation>
    </message>
    <message>
        <source>The table below lists the same seconds with percentiles.</source>
        <translation>下の表に同じ秒のパーセンタイルがあります。</translation>
    </message>
    <message>
        <source>−%1 min</source>
        <translation>−%1 分</translation>
    </message>
    <message>
        <source>now</source>
        <translation>現在</translation>
    </message>
    <message>
        <source>Nothing measured yet. Points appear with the first acknowledged message.</source>
        <translation>まだ測定値がありません。最初のメッセージが確認されると表示されます。</translation>
    </message>
    <message>
        <source>%1, about %2</source>
        <translation>%1、約 %2</translation>
    </message>
</context>
<context>
    <name>dormouse::HelpDialog</name>
    <message>
        <source>Help</source>
        <translation>ヘルプ</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>キー操作</translation>
    </message>
    <message>
        <source>Reasons and errors</source>
        <translation>理由とエラー</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>検索</translation>
    </message>
    <message>
        <source>Find in help</source>
        <translation>ヘルプ内を検索</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>消去</translation>
    </message>
    <message>
        <source>Help text</source>
        <translation>ヘルプの本文</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>見つかりませんでした。</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>Does</source>
        <translation>動作</translation>
    </message>
    <message>
        <source>In a table: arrows move, Enter opens, F5 sorts now, Ctrl+C copies rows, the menu key shows more. In the map: arrows walk through the actors. In the heat map: arrows choose a cell, Shift widens, Esc lets go. In the message field: Up and Down bring back earlier messages. Tab goes on, Alt opens the menus.</source>
        <translation>表では、矢印で移動、Enter で開く、F5 で並べ替え、Ctrl+C で行をコピー、メニューキーで操作を表示します。マップでは矢印でアクターをたどります。ヒートマップでは矢印でセルを選び、Shift で広げ、Esc で解除します。メッセージ欄では ↑↓ で履歴を呼び出します。Tab で次へ、Alt でメニューを開きます。</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>フィルター</translation>
    </message>
</context>
<context>
    <name>dormouse::LatencyPage</name>
    <message>
        <source>Latency shown</source>
        <translation>表示するレイテンシ</translation>
    </message>
    <message>
        <source>Ack: written until acknowledged</source>
        <translation>ACK: 書き込みから確認まで</translation>
    </message>
    <message>
        <source>Wake: needed until reachable</source>
        <translation>復帰: 要求から到達可能まで</translation>
    </message>
    <message>
        <source>HTTP: asked until answered</source>
        <translation>HTTP: 要求から応答まで</translation>
    </message>
    <message>
        <source>p50</source>
        <translation>p50</translation>
    </message>
    <message>
        <source>p90</source>
        <translation>p90</translation>
    </message>
    <message>
        <source>p99</source>
        <translation>p99</translation>
    </message>
    <message>
        <source>p99.9</source>
        <translation>p99.9</translation>
    </message>
    <message>
        <source>max</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>count, 1 min</source>
        <translation>件数 (1 分)</translation>
    </message>
    <message>
        <source>Latencies by second</source>
        <translation>秒ごとのレイテンシ</translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation>まだ測定値がありません</translation>
    </message>
    <message>
        <source>Latency details</source>
        <translation>レイテンシの詳細</translation>
    </message>
    <message>
        <source>By second</source>
        <translation>秒別</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>時刻</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>レイテンシ</translation>
    </message>
    <message>
        <source>Index</source>
        <translation>インデックス</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>接続</translation>
    </message>
    <message>
        <source>Actor</source>
        <translation>アクター</translation>
    </message>
    <message>
        <source>Messages of the chosen cell</source>
        <translation>選択したセルのメッセージ</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>メッセージ</translation>
    </message>
    <message>
        <source>Of</source>
        <translation>対象</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>件数</translation>
    </message>
    <message>
        <source>Follow each message</source>
        <translation>メッセージを個別に追跡</translation>
    </message>
    <message>
        <source>One event per message: costs the engine time. Needed for the lists of messages, actors and runners.</source>
        <translation>メッセージごとに 1 イベントを記録するため、エンジンに負荷がかかります。メッセージ、アクター、ランナーの一覧に必要です。</translation>
    </message>
    <message>
        <source>runner %1</source>
        <translation>ランナー %1</translation>
    </message>
    <message>
        <source>actor %1</source>
        <translation>アクター %1</translation>
    </message>
    <message>
        <source>Only this time</source>
        <translation>この時間のみ</translation>
    </message>
    <message>
        <source>Filter all views by the chosen time</source>
        <translation>選んだ時間ですべての画面を絞り込む</translation>
    </message>
    <message>
        <source>Makes the seconds that are chosen in the heat map the time range of all views</source>
        <translation>ヒートマップで選んだ秒を、すべての画面の時間範囲にします</translation>
    </message>
    <message>
        <source>count, in that time</source>
        <translation>件数、この時間内</translation>
    </message>
    <message>
        <source>Latency by runner, actor and connection</source>
        <translation>ランナー、アクター、接続別のレイテンシー</translation>
    </message>
    <message>
        <source>By origin</source>
        <translation>発生元別</translation>
    </message>
    <message>
        <source>actors named %1</source>
        <translation>名前が %1 のアクター</translation>
    </message>
    <message>
        <source>connection %1</source>
        <translation>接続 %1</translation>
    </message>
</context>
<context>
    <name>dormouse::LinkLook</name>
    <message>
        <source>No engine</source>
        <translation>エンジンなし</translation>
    </message>
    <message>
        <source>Recording: %1</source>
        <translation>記録: %1</translation>
    </message>
    <message>
        <source>Connecting to %1</source>
        <translation>%1 に接続中</translation>
    </message>
    <message>
        <source>Stale, %1 old: %2</source>
        <translation>更新停止、%1 前: %2</translation>
    </message>
    <message>
        <source>Failed, data %1 old: %2</source>
        <translation>失敗、データは %1 前: %2</translation>
    </message>
    <message>
        <source>Failed: %1</source>
        <translation>失敗: %1</translation>
    </message>
    <message>
        <source>Live: %1</source>
        <translation>ライブ: %1</translation>
    </message>
    <message>
        <source>Live, read only: %1</source>
        <translation>接続中 (読み取り専用): %1</translation>
    </message>
</context>
<context>
    <name>dormouse::MainWindow</name>
    <message>
        <source>Dormouse</source>
        <translation>Dormouse</translation>
    </message>
    <message>
        <source>Paused  +%1</source>
        <translation>一時停止中  +%1</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>一時停止</translation>
    </message>
    <message>
        <source>Create actor…</source>
        <translation>アクターを作成…</translation>
    </message>
    <message>
        <source>Wake</source>
        <translation>起こす</translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>スリープさせる</translation>
    </message>
    <message>
        <source>Move to another runner</source>
        <translation>別のランナーへ移動</translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation>破棄…</translation>
    </message>
    <message>
        <source>Close connection…</source>
        <translation>接続を閉じる…</translation>
    </message>
    <message>
        <source>Dark or light</source>
        <translation>ダーク / ライト</translation>
    </message>
    <message>
        <source>Go to…</source>
        <translation>移動…</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>フィルター</translation>
    </message>
    <message>
        <source>Standard layout</source>
        <translation>標準レイアウト</translation>
    </message>
    <message>
        <source>Detach the view</source>
        <translation>ビューを切り離す</translation>
    </message>
    <message>
        <source>Help for this view</source>
        <translation>このビューのヘルプ</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>キー操作</translation>
    </message>
    <message>
        <source>Reasons and errors</source>
        <translation>理由とエラー</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>終了</translation>
    </message>
    <message>
        <source>View: %1</source>
        <translation>ビュー: %1</translation>
    </message>
    <message>
        <source>&amp;Engine</source>
        <translation>エンジン(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Actor</source>
        <translation>アクター(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Connection</source>
        <translation>接続(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Runner</source>
        <translation>ランナー(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>表示(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>ヘルプ(&amp;H)</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>メニュー</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>ツール</translation>
    </message>
    <message>
        <source>More tools</source>
        <translation>その他のツール</translation>
    </message>
    <message>
        <source>Terms of the filter</source>
        <translation>フィルターの条件</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>問題</translation>
    </message>
    <message>
        <source>No problem</source>
        <translation>問題なし</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>記録</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>再生</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Moment of the recording</source>
        <translation>記録内の時点</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>リンク</translation>
    </message>
    <message>
        <source>Last outcome</source>
        <translation>直前の結果</translation>
    </message>
    <message>
        <source>%1   %2 of %3</source>
        <translation>%1   %2 / %3</translation>
    </message>
    <message>
        <source>%1 · Dormouse</source>
        <translation>%1 · Dormouse</translation>
    </message>
    <message>
        <source>No engine</source>
        <translation>エンジンなし</translation>
    </message>
    <message>
        <source>%1 events/s</source>
        <translation>%1 イベント/秒</translation>
    </message>
    <message>
        <source>%1 dropped   %2 held   frame %3 ms</source>
        <translation>破棄 %1   保持 %2   フレーム %3 ms</translation>
    </message>
    <message>
        <source>What watching costs: events lost, memory held by the engine for this view, time to apply the last frame</source>
        <translation>監視のコスト: 失われたイベント、このビューのためにエンジンが保持するメモリ、最後のフレームの適用時間</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>ビュー</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>言語(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Text size</source>
        <translation>文字サイズ(&amp;T)</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>文字を大きく</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>文字を小さく</translation>
    </message>
    <message>
        <source>Normal text size</source>
        <translation>標準の文字サイズ</translation>
    </message>
    <message>
        <source>Show the console&apos;s own traffic</source>
        <translation>コンソール自身の通信を表示</translation>
    </message>
    <message>
        <source>Save this layout…</source>
        <translation>このレイアウトを保存…</translation>
    </message>
    <message>
        <source>Save this layout</source>
        <translation>このレイアウトを保存</translation>
    </message>
    <message>
        <source>Name of the layout</source>
        <translation>レイアウトの名前</translation>
    </message>
    <message>
        <source>Connect to…</source>
        <translation>接続先…</translation>
    </message>
    <message>
        <source>Open recording…</source>
        <translation>記録を開く…</translation>
    </message>
    <message>
        <source>Open recording</source>
        <translation>記録を開く</translation>
    </message>
    <message>
        <source>Recorded sessions (*.dms);;All files (*)</source>
        <translation>記録されたセッション (*.dms);;すべてのファイル (*)</translation>
    </message>
    <message>
        <source>Start a local engine…</source>
        <translation>ローカルエンジンを起動…</translation>
    </message>
    <message>
        <source>Next engine</source>
        <translation>次のエンジン</translation>
    </message>
    <message>
        <source>Close this engine&apos;s tab</source>
        <translation>このエンジンのタブを閉じる</translation>
    </message>
    <message>
        <source>Recent connections</source>
        <translation>最近の接続</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>まだありません</translation>
    </message>
    <message>
        <source>La&amp;youts</source>
        <translation>レイアウト(&amp;Y)</translation>
    </message>
    <message>
        <source>The layout %1 was made for another set of views.</source>
        <translation>レイアウト %1 は別のビュー構成用に作られています。</translation>
    </message>
    <message>
        <source>Remove a layout</source>
        <translation>レイアウトを削除</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>エンジン</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>The engine %1 ends with its tab. Its clients are disconnected.</source>
        <translation>タブを閉じるとエンジン %1 も終了し、クライアントは切断されます。</translation>
    </message>
    <message>
        <source>Close %1</source>
        <translation>%1 を閉じる</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>はじめの手順</translation>
    </message>
    <message>
        <source>%1: %2 of %3</source>
        <translation>%1: %2 / %3</translation>
    </message>
    <message>
        <source>%1: %2 done, %3 failed, %4 not sent. The control log has each of them.</source>
        <translation>%1: 完了 %2、失敗 %3、未送信 %4。詳細は操作ログにあります。</translation>
    </message>
    <message>
        <source>Hibernate (its actor goes to sleep)</source>
        <translation>休止させる (アクターをスリープ)</translation>
    </message>
    <message>
        <source>Restore (its actor is woken)</source>
        <translation>復帰させる (アクターを起こす)</translation>
    </message>
    <message>
        <source>Refresh this view now</source>
        <translation>この画面を今すぐ更新</translation>
    </message>
    <message>
        <source>Read only</source>
        <translation>読み取り専用</translation>
    </message>
    <message>
        <source>&amp;Refresh this view</source>
        <translation>この画面の更新(&amp;R)</translation>
    </message>
    <message>
        <source>With every frame</source>
        <translation>フレームごと</translation>
    </message>
    <message>
        <source>Twice a second</source>
        <translation>1 秒に 2 回</translation>
    </message>
    <message>
        <source>Once a second</source>
        <translation>1 秒に 1 回</translation>
    </message>
    <message>
        <source>Every five seconds</source>
        <translation>5 秒ごと</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>手動</translation>
    </message>
    <message>
        <source>Evict runner…</source>
        <translation>ランナーを追い出す…</translation>
    </message>
    <message>
        <source>Send as its actor…</source>
        <translation>アクターとして送信…</translation>
    </message>
    <message>
        <source>Call an action…</source>
        <translation>アクションの呼び出し…</translation>
    </message>
    <message>
        <source>Drop the link to its runner, keep the client…</source>
        <translation>ランナーへの回線を切断 (クライアントは維持)…</translation>
    </message>
    <message>
        <source>Drop its link, keep the clients…</source>
        <translation>回線を切断 (クライアントは維持)…</translation>
    </message>
    <message>
        <source>&amp;Colours</source>
        <translation>配色(&amp;C)</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>システムに合わせる</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>ダーク</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>ライト</translation>
    </message>
    <message>
        <source>The actor is gone.</source>
        <translation>アクターはもうありません。</translation>
    </message>
    <message>
        <source>Choose an actor first.</source>
        <translation>先にアクターを選んでください。</translation>
    </message>
    <message>
        <source>The runner has stopped.</source>
        <translation>ランナーは停止しています。</translation>
    </message>
    <message>
        <source>Choose a runner first.</source>
        <translation>先にランナーを選んでください。</translation>
    </message>
    <message>
        <source>Drain runner…</source>
        <translation>ランナーをドレイン…</translation>
    </message>
    <message>
        <source>Choose an open connection first.</source>
        <translation>先に開いている接続を選んでください。</translation>
    </message>
</context>
<context>
    <name>dormouse::MetricTile</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>dormouse::OverviewPage</name>
    <message>
        <source>Overview</source>
        <translation>概要</translation>
    </message>
    <message>
        <source>NEEDS ATTENTION</source>
        <translation>要注意</translation>
    </message>
    <message>
        <source>Needs attention</source>
        <translation>要注意</translation>
    </message>
    <message>
        <source>Runner %1 is lost, its actors wait for it</source>
        <translation>ランナー %1 との接続が失われ、アクターが待機しています</translation>
    </message>
    <message>
        <source>Runner %1 takes no actors: %2</source>
        <translation>ランナー %1 はアクターを受け入れません: %2</translation>
    </message>
    <message>
        <source>%1 keeps failing, retry %2</source>
        <translation>%1 が失敗し続けています (再試行 %2)</translation>
    </message>
    <message>
        <source>%1 waits for a runner. %2</source>
        <translation>%1 はランナーを待っています。%2</translation>
    </message>
    <message>
        <source>%1 pending of %2 on %3</source>
        <translation>%3 で %2 中 %1 が保留</translation>
    </message>
    <message>
        <source>Waking for %1: %2</source>
        <translation>復帰中 %1: %2</translation>
    </message>
    <message>
        <source>Keepalive is %1 old: %2</source>
        <translation>キープアライブが %1 前: %2</translation>
    </message>
    <message>
        <source>Nothing. All actors that should run do, and no queue is long.</source>
        <translation>なし。必要なアクターはすべて実行中で、長いキューもありません。</translation>
    </message>
    <message>
        <source>Nothing is known yet.</source>
        <translation>まだ情報がありません。</translation>
    </message>
    <message>
        <source>The engine answered nobody for %1: %2</source>
        <translation>エンジンが %1 の間、誰にも応答しませんでした: %2</translation>
    </message>
</context>
<context>
    <name>dormouse::PayloadView</name>
    <message>
        <source>%1: shown as</source>
        <translation>%1: 表示形式</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>テキスト</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>16 進</translation>
    </message>
    <message>
        <source>Not %1: %2</source>
        <translation>%1 ではありません: %2</translation>
    </message>
</context>
<context>
    <name>dormouse::PendingBar</name>
    <message>
        <source>Pending bytes: unknown</source>
        <translation>保留バイト: 不明</translation>
    </message>
    <message>
        <source>Pending bytes: %1 of %2</source>
        <translation>保留バイト: %1 / %2</translation>
    </message>
    <message>
        <source>of %1 pending</source>
        <translation>/ %1 保留</translation>
    </message>
    <message>
        <source>pending</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Oldest waits %1</source>
        <translation>最古の待機 %1</translation>
    </message>
    <message>
        <source>   highest %1</source>
        <translation>   最高 %1</translation>
    </message>
    <message>
        <source>full in %1</source>
        <translation>%1 後に満杯</translation>
    </message>
</context>
<context>
    <name>dormouse::PressureChain</name>
    <message>
        <source>Bytes held: for the client %1, in the gateway %2, in the runner link %3, at the actor %4</source>
        <translation>保持バイト数: クライアント宛て %1、ゲートウェイ %2、ランナーリンク %3、アクター %4</translation>
    </message>
    <message>
        <source>The runner link is shared by all connections of that runner. At the actor: written and not acknowledged.</source>
        <translation>ランナーリンクはそのランナーのすべての接続で共有されます。アクター: 書き込み済みで未確認のものです。</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>クライアント</translation>
    </message>
    <message>
        <source>Gateway</source>
        <translation>ゲートウェイ</translation>
    </message>
    <message>
        <source>Runner link</source>
        <translation>ランナーリンク</translation>
    </message>
    <message>
        <source>Actor</source>
        <translation>アクター</translation>
    </message>
</context>
<context>
    <name>dormouse::QueuePage</name>
    <message>
        <source>Pending messages</source>
        <translation>保留メッセージ</translation>
    </message>
    <message>
        <source>Close this connection</source>
        <translation>この接続を閉じる</translation>
    </message>
    <message>
        <source>No connection chosen</source>
        <translation>接続が選択されていません</translation>
    </message>
    <message>
        <source>Choose a connection in the table, or in the details of an actor.</source>
        <translation>表またはアクターの詳細で接続を選択してください。</translation>
    </message>
    <message>
        <source>Open for %1, in this state for %2. Keepalive %3 ago.</source>
        <translation>接続 %1、この状態 %2。キープアライブは %3 前。</translation>
    </message>
    <message>
        <source>In %1, out %2, sleeps %3, resent %4.</source>
        <translation>受信 %1、送信 %2、スリープ %3、再送 %4。</translation>
    </message>
    <message>
        <source>Closed by %1: %2 %3</source>
        <translation>%1 により切断: %2 %3</translation>
    </message>
    <message>
        <source>Nothing is pending</source>
        <translation>保留はありません</translation>
    </message>
    <message>
        <source>Not offered by this source</source>
        <translation>このソースでは提供されません</translation>
    </message>
    <message>
        <source>Every message has been acknowledged.</source>
        <translation>すべてのメッセージが確認されました。</translation>
    </message>
    <message>
        <source>Connection details</source>
        <translation>接続の詳細</translation>
    </message>
    <message>
        <source>Show content</source>
        <translation>内容を表示</translation>
    </message>
    <message>
        <source>Show the content of the chosen message</source>
        <translation>選択したメッセージの内容を表示</translation>
    </message>
    <message>
        <source>Asks the engine for the first 256 bytes of the message.</source>
        <translation>メッセージの先頭 256 バイトをエンジンに問い合わせます。</translation>
    </message>
    <message>
        <source>Message content</source>
        <translation>メッセージの内容</translation>
    </message>
    <message>
        <source>Choose a message first.</source>
        <translation>先にメッセージを選択してください。</translation>
    </message>
    <message>
        <source>Message %1</source>
        <translation>メッセージ %1</translation>
    </message>
    <message>
        <source>Why it hibernates or does not</source>
        <translation>休止している (していない) 理由</translation>
    </message>
    <message>
        <source>Hibernate</source>
        <translation>休止</translation>
    </message>
    <message>
        <source>Hibernate: its actor goes to sleep</source>
        <translation>休止: アクターがスリープします</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>復帰</translation>
    </message>
    <message>
        <source>Restore: its actor is woken</source>
        <translation>復帰: アクターを起こします</translation>
    </message>
    <message>
        <source>Send…</source>
        <translation>送信…</translation>
    </message>
    <message>
        <source>Send a message to the client as its actor</source>
        <translation>アクターとしてクライアントにメッセージを送信</translation>
    </message>
    <message>
        <source>Drop link…</source>
        <translation>回線を切断…</translation>
    </message>
    <message>
        <source>Drop the link to its runner, keep the client</source>
        <translation>クライアントを維持したまま、ランナーへの回線を切断</translation>
    </message>
    <message>
        <source>Close…</source>
        <translation>閉じる…</translation>
    </message>
    <message>
        <source>Round trip to the client %1.</source>
        <translation>クライアントとの往復時間 %1。</translation>
    </message>
    <message>
        <source>Was open for %1, closed %2 ago.</source>
        <translation>開いていた時間 %1、%2 前に終了。</translation>
    </message>
</context>
<context>
    <name>dormouse::RowMenu</name>
    <message>
        <source>Row of %1</source>
        <translation>%1 の行</translation>
    </message>
    <message>
        <source>Export what is shown…</source>
        <translation>表示内容を書き出す…</translation>
    </message>
    <message>
        <source>Copy id</source>
        <translation>ID をコピー</translation>
    </message>
    <message>
        <source>Copy rows</source>
        <translation>行をコピー</translation>
    </message>
    <message>
        <source>Copy as JSON</source>
        <translation>JSON としてコピー</translation>
    </message>
    <message>
        <source>Copy as curl</source>
        <translation>curl としてコピー</translation>
    </message>
    <message>
        <source>Copy as wscat</source>
        <translation>wscat としてコピー</translation>
    </message>
    <message>
        <source>Only %1</source>
        <translation>%1 のみ</translation>
    </message>
    <message>
        <source>Without %1</source>
        <translation>%1 を除外</translation>
    </message>
    <message>
        <source>Only %1 %2 %3</source>
        <translation>%1 %2 %3 のみ</translation>
    </message>
    <message>
        <source>Wake</source>
        <translation>起こす</translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>スリープさせる</translation>
    </message>
    <message>
        <source>Move to another runner</source>
        <translation>別のランナーへ移動</translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation>破棄…</translation>
    </message>
    <message>
        <source>Close connection…</source>
        <translation>接続を閉じる…</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Export what is shown</source>
        <translation>表示内容の書き出し</translation>
    </message>
    <message>
        <source>JSON Lines (*.jsonl)</source>
        <translation>JSON Lines (*.jsonl)</translation>
    </message>
    <message>
        <source>Cannot write %1: %2</source>
        <translation>%1 に書き込めません: %2</translation>
    </message>
    <message numerus="yes">
        <source>%n rows written to %1</source>
        <translation>
            <numerusform>%n 行を %1 に書き込みました</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The %n selected</source>
        <translation>
            <numerusform>選択した %n 件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %n that are shown</source>
        <translation>
            <numerusform>表示中の %n 件すべて</numerusform>
        </translation>
    </message>
    <message>
        <source>Hibernate (its actor goes to sleep)</source>
        <translation>休止させる (アクターをスリープ)</translation>
    </message>
    <message>
        <source>Restore (its actor is woken)</source>
        <translation>復帰させる (アクターを起こす)</translation>
    </message>
    <message>
        <source>Evict runner…</source>
        <translation>ランナーを追い出す…</translation>
    </message>
    <message>
        <source>Drop its link, keep the clients…</source>
        <translation>回線を切断 (クライアントは維持)…</translation>
    </message>
    <message>
        <source>Send as its actor…</source>
        <translation>アクターとして送信…</translation>
    </message>
    <message>
        <source>Drop the link to its runner, keep the client…</source>
        <translation>ランナーへの回線を切断 (クライアントは維持)…</translation>
    </message>
    <message>
        <source>Call an action…</source>
        <translation>アクションの呼び出し…</translation>
    </message>
    <message>
        <source>Only from %1 on</source>
        <translation>%1 以降のみ</translation>
    </message>
    <message>
        <source>Only until %1</source>
        <translation>%1 まで</translation>
    </message>
    <message>
        <source>Drain runner…</source>
        <translation>ランナーをドレイン…</translation>
    </message>
</context>
<context>
    <name>dormouse::Rules</name>
    <message>
        <source>holds</source>
        <translation>成立</translation>
    </message>
    <message>
        <source>does not hold</source>
        <translation>不成立</translation>
    </message>
    <message>
        <source>reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>不明</translation>
    </message>
    <message>
        <source>It is a WebSocket</source>
        <translation>WebSocket である</translation>
    </message>
    <message>
        <source>Its actor accepted it as one that may hibernate</source>
        <translation>アクターが休止可能として受け入れた</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>はい</translation>
    </message>
    <message>
        <source>no</source>
        <translation>いいえ</translation>
    </message>
    <message>
        <source>Its client is connected</source>
        <translation>クライアントが接続している</translation>
    </message>
    <message>
        <source>Its actor sleeps</source>
        <translation>アクターがスリープ中</translation>
    </message>
    <message>
        <source>Its stored keepalive is fresh</source>
        <translation>保存されたキープアライブが新しい</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>What is pending fits its limit</source>
        <translation>保留分が上限内</translation>
    </message>
    <message>
        <source>Its pool has a runner</source>
        <translation>プールにランナーがある</translation>
    </message>
    <message>
        <source>One of them takes work</source>
        <translation>受け付け可能なランナーがある</translation>
    </message>
    <message>
        <source>It has a free slot</source>
        <translation>空きスロットがある</translation>
    </message>
    <message>
        <source>It runs. Its runner decides when it falls asleep; usually it may while these hold:</source>
        <translation>動作中です。スリープはランナーが決めます。通常は次がすべて成立するときに可能です:</translation>
    </message>
    <message>
        <source>No HTTP request is under way</source>
        <translation>処理中の HTTP リクエストがない</translation>
    </message>
    <message>
        <source>No socket that cannot hibernate</source>
        <translation>休止できないソケットがない</translation>
    </message>
    <message>
        <source>Every message is acknowledged</source>
        <translation>すべてのメッセージが確認済み</translation>
    </message>
</context>
<context>
    <name>dormouse::SendDialog</name>
    <message>
        <source>Send as the actor</source>
        <translation>アクターとして送信</translation>
    </message>
    <message>
        <source>The client takes it for a message of its actor. The actor learns nothing of it and is not woken.</source>
        <translation>クライアントはアクターからのメッセージとして受け取ります。アクターには伝わらず、起動もしません。</translation>
    </message>
    <message>
        <source>Speak for the actor to this client</source>
        <translation>このクライアントにアクターとして送信する</translation>
    </message>
    <message>
        <source>What became of the messages</source>
        <translation>メッセージの送信結果</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Close this dialog</source>
        <translation>このダイアログを閉じる</translation>
    </message>
    <message>
        <source>%1 sent, %2 refused, %3 under way.</source>
        <translation>送信済み %1、拒否 %2、処理中 %3。</translation>
    </message>
</context>
<context>
    <name>dormouse::Session</name>
    <message>
        <source>%1: not possible. %2</source>
        <translation>%1: 実行できません。%2</translation>
    </message>
    <message>
        <source>%1: done</source>
        <translation>%1: 完了</translation>
    </message>
    <message>
        <source>%1 failed: %2 (%3)</source>
        <translation>%1 に失敗しました: %2 (%3)</translation>
    </message>
</context>
<context>
    <name>dormouse::SettingPresets</name>
    <message>
        <source>Short waits</source>
        <translation>短い待ち時間</translation>
    </message>
    <message>
        <source>Timeouts of seconds: what is stuck fails while you watch.</source>
        <translation>タイムアウトを数秒にします。止まったものは見ている間に失敗します。</translation>
    </message>
    <message>
        <source>Small buffers</source>
        <translation>小さいバッファー</translation>
    </message>
    <message>
        <source>A hibernating socket holds 64 KiB: limits are reached with little traffic.</source>
        <translation>休止中のソケットの保持量を 64 KiB にします。少ない通信で上限に達します。</translation>
    </message>
    <message>
        <source>Measure clients</source>
        <translation>クライアントを計測</translation>
    </message>
    <message>
        <source>Clients are pinged every three seconds, so that their round trip is known.</source>
        <translation>クライアントに 3 秒ごとに ping を送り、往復時間を測ります。</translation>
    </message>
    <message>
        <source>Everything to its default</source>
        <translation>すべて既定値に戻す</translation>
    </message>
    <message>
        <source>Takes back what differs from the defaults.</source>
        <translation>既定値と異なる設定を元に戻します。</translation>
    </message>
</context>
<context>
    <name>dormouse::SettingsPage</name>
    <message>
        <source>Find a setting</source>
        <translation>設定を検索</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>消去</translation>
    </message>
    <message>
        <source>Only changed ones</source>
        <translation>変更済みのみ</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>設定</translation>
    </message>
    <message>
        <source>No settings</source>
        <translation>設定なし</translation>
    </message>
    <message>
        <source>An engine tells its settings when it is connected.</source>
        <translation>エンジンに接続すると設定が表示されます。</translation>
    </message>
    <message>
        <source>Settings   %1, %2 not at their default</source>
        <translation>設定   %1 件、既定値以外 %2 件</translation>
    </message>
    <message>
        <source>%1 cannot be changed. %2</source>
        <translation>%1 は変更できません。%2</translation>
    </message>
    <message>
        <source> in %1</source>
        <translation> (%1)</translation>
    </message>
    <message>
        <source>Change a setting</source>
        <translation>設定を変更</translation>
    </message>
    <message>
        <source>%1%2
Default: %3. The change lasts until the engine restarts.</source>
        <translation>%1%2
既定値: %3。変更はエンジンの再起動まで有効です。</translation>
    </message>
    <message>
        <source>Choose a setting to read what it does. A double click changes it.</source>
        <translation>設定を選ぶと説明が表示されます。ダブルクリックで変更できます。</translation>
    </message>
    <message>
        <source>What the chosen setting does</source>
        <translation>選択した設定の説明</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>プリセット</translation>
    </message>
    <message>
        <source>Presets for tests</source>
        <translation>テスト用プリセット</translation>
    </message>
    <message>
        <source>The changes last until the engine restarts.</source>
        <translation>変更はエンジンの再起動まで有効です。</translation>
    </message>
    <message numerus="yes">
        <source>%1: %n settings changed</source>
        <translation>
            <numerusform>%1: %n 件の設定を変更しました</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refused; the control log says why.</source>
        <translation>
            <numerusform>%n 件が拒否されました。理由は操作ログにあります。</numerusform>
        </translation>
    </message>
    <message>
        <source>Possible: %1</source>
        <translation>設定できる値: %1</translation>
    </message>
</context>
<context>
    <name>dormouse::StateDiagram</name>
    <message>
        <source>State diagram</source>
        <translation>状態遷移図</translation>
    </message>
    <message>
        <source>Now: %1. The history lists the transitions.</source>
        <translation>現在: %1。遷移は履歴に一覧表示されます。</translation>
    </message>
    <message>
        <source>The source has not told the states.</source>
        <translation>ソースから状態の情報が届いていません。</translation>
    </message>
</context>
<context>
    <name>dormouse::StateStrip</name>
    <message>
        <source>States over time</source>
        <translation>状態の推移</translation>
    </message>
    <message>
        <source>The state diagram shows the transitions.</source>
        <translation>遷移は状態遷移図で確認できます。</translation>
    </message>
    <message>
        <source>−%1 min</source>
        <translation>−%1 分</translation>
    </message>
    <message>
        <source>now</source>
        <translation>現在</translation>
    </message>
</context>
<context>
    <name>dormouse::StepTable</name>
    <message>
        <source>When</source>
        <translation>日時</translation>
    </message>
    <message>
        <source>Transition</source>
        <translation>遷移</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>History of states</source>
        <translation>状態の履歴</translation>
    </message>
</context>
<context>
    <name>dormouse::TablePage</name>
    <message>
        <source>Show only: %1</source>
        <translation>次のみ表示: %1</translation>
    </message>
    <message>
        <source>Show ended</source>
        <translation>終了分も表示</translation>
    </message>
    <message>
        <source>Show ended rows of %1</source>
        <translation>%1 の終了した行も表示</translation>
    </message>
    <message>
        <source>%1 of %2 match</source>
        <translation>%2 件中 %1 件が一致</translation>
    </message>
    <message>
        <source>   %1 ended kept</source>
        <translation>   終了 %1 件を保持</translation>
    </message>
    <message>
        <source>   %1 of the console hidden</source>
        <translation>   コンソール分 %1 件を非表示</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>上位</translation>
    </message>
    <message>
        <source>Sort by what is worst</source>
        <translation>深刻な順に並べ替え</translation>
    </message>
    <message>
        <source>The largest first, ended ones among them</source>
        <translation>大きい順 (終了したものを含む)</translation>
    </message>
    <message>
        <source>order held, F5 sorts</source>
        <translation>並び順を保持中、F5 で並べ替え</translation>
    </message>
    <message>
        <source>With a time range, rows that have ended since are shown anyway.</source>
        <translation>時間範囲を指定している間は、その後に終了した行も表示されます。</translation>
    </message>
</context>
<context>
    <name>dormouse::TableView</name>
    <message>
        <source>Nothing matches the filter</source>
        <translation>フィルターに一致するものはありません</translation>
    </message>
    <message>
        <source>Esc in the filter field clears it.</source>
        <translation>フィルター欄で Esc を押すと消去されます。</translation>
    </message>
    <message>
        <source>Nothing is left</source>
        <translation>該当なし</translation>
    </message>
    <message>
        <source>The level, the filter or the chosen actor leaves all events out.</source>
        <translation>レベル、フィルター、または選択中のアクターによって、すべてのイベントが除かれています。</translation>
    </message>
</context>
<context>
    <name>dormouse::TimeRangeDialog</name>
    <message>
        <source>Time range</source>
        <translation>時間範囲</translation>
    </message>
    <message>
        <source>From</source>
        <translation>開始</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>終了</translation>
    </message>
    <message>
        <source>&amp;From</source>
        <translation>開始(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Until</source>
        <translation>終了(&amp;U)</translation>
    </message>
    <message>
        <source>Shows what was there at any moment between the two, also what has ended since, and what happened then.</source>
        <translation>この間に存在したもの (その後に終了したものも含む) と、その間に起きたことを表示します。</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>表示</translation>
    </message>
</context>
<context>
    <name>dormouse::Topology</name>
    <message>
        <source>Cluster map</source>
        <translation>クラスターマップ</translation>
    </message>
    <message>
        <source>%1 / %2 slots</source>
        <translation>%1 / %2 スロット</translation>
    </message>
    <message>
        <source>Asleep</source>
        <translation>スリープ中</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>待機中</translation>
    </message>
    <message>
        <source>actors: %1</source>
        <translation>アクター: %1</translation>
    </message>
    <message>
        <source>No engine to show. The status line below says why.</source>
        <translation>表示するエンジンがありません。理由は下のステータス行に表示されます。</translation>
    </message>
    <message>
        <source>The engine runs. Connect a runner.</source>
        <translation>エンジンは動作中です。ランナーを接続してください。</translation>
    </message>
    <message>
        <source>In the folder of your actors, point the runner at this engine:</source>
        <translation>アクターのフォルダーで、ランナーの接続先をこのエンジンにします:</translation>
    </message>
    <message>
        <source>Only looking around? Start Dormouse with --demo.</source>
        <translation>試すだけなら --demo を付けて Dormouse を起動してください。</translation>
    </message>
    <message>
        <source>Clients</source>
        <translation>クライアント</translation>
    </message>
    <message>
        <source>%1 connected</source>
        <translation>接続 %1</translation>
    </message>
    <message>
        <source>%1 hibernating</source>
        <translation>休止 %1</translation>
    </message>
    <message>
        <source>%1 waking</source>
        <translation>復帰中 %1</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>エンジン</translation>
    </message>
    <message>
        <source>%1 msg/s</source>
        <translation>%1 件/秒</translation>
    </message>
    <message>
        <source>ack p99 %1</source>
        <translation>ACK p99 %1</translation>
    </message>
    <message>
        <source>%1 pending</source>
        <translation>保留 %1</translation>
    </message>
    <message>
        <source>+%1 more</source>
        <translation>ほか %1 件</translation>
    </message>
    <message>
        <source>connections: %1</source>
        <translation>接続: %1</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/秒</translation>
    </message>
    <message>
        <source>%1 The tables of runners, actors and connections list the same. Arrow keys walk through the actors.</source>
        <translation>%1 ランナー、アクター、接続の表にも同じ内容があります。矢印キーでアクターをたどれます。</translation>
    </message>
    <message>
        <source>Clients: %1, round trip %2.</source>
        <translation>クライアント: %1、往復 %2。</translation>
    </message>
    <message>
        <source>Runner %1: %2, round trip %3.</source>
        <translation>ランナー %1: %2、往復 %3。</translation>
    </message>
    <message>
        <source>Actors: round trip %1.</source>
        <translation>アクター: 往復 %1。</translation>
    </message>
    <message>
        <source>to actors %1</source>
        <translation>アクター %1</translation>
    </message>
    <message>
        <source>Messages per second, and the round trip of a ping to the clients (median). A dash: no client is pinged; the setting guard.client_ping_interval_ms does it.</source>
        <translation>毎秒のメッセージ数と、クライアントへの ping の往復時間 (中央値)。横線は ping を送っていないことを示します。設定 guard.client_ping_interval_ms で送れます。</translation>
    </message>
    <message>
        <source>To actors: an HTTP request through the runner until its actor begins to answer, median of the last minute. A dash: there was none.</source>
        <translation>アクターまで: HTTP リクエストがランナーを経てアクターが応答を始めるまでの時間 (直近 1 分の中央値)。横線は該当なしを示します。</translation>
    </message>
    <message>
        <source>%1 %2
round trip of the last ping: %3</source>
        <translation>%1 %2
最後の ping の往復: %3</translation>
    </message>
</context>
<context>
    <name>dormouse::ViewSet</name>
    <message>
        <source>Overview</source>
        <translation>概要</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>レイテンシ</translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation>復帰</translation>
    </message>
    <message>
        <source>Due</source>
        <translation>予定</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>イベント</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>クライアント</translation>
    </message>
    <message>
        <source>Actor</source>
        <translation>アクター</translation>
    </message>
    <message>
        <source>Pending queue</source>
        <translation>保留キュー</translation>
    </message>
    <message>
        <source>Control log</source>
        <translation>操作ログ</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>設定</translation>
    </message>
    <message>
        <source>Actors</source>
        <translation>アクター</translation>
    </message>
    <message>
        <source>running</source>
        <translation>実行中</translation>
    </message>
    <message>
        <source>sleeping</source>
        <translation>スリープ中</translation>
    </message>
    <message>
        <source>with pending</source>
        <translation>保留あり</translation>
    </message>
    <message>
        <source>failing</source>
        <translation>失敗中</translation>
    </message>
    <message>
        <source>No actors yet</source>
        <translation>アクターはまだありません</translation>
    </message>
    <message>
        <source>Connect a runner, then create an actor here (Ctrl+N) or from your own code.
  export RIVET_ENDPOINT=http://127.0.0.1:6420</source>
        <translation>ランナーを接続してから、ここ (Ctrl+N) または自分のコードでアクターを作成してください。
  export RIVET_ENDPOINT=http://127.0.0.1:6420</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>接続</translation>
    </message>
    <message>
        <source>awake</source>
        <translation>稼働中</translation>
    </message>
    <message>
        <source>hibernating</source>
        <translation>休止中</translation>
    </message>
    <message>
        <source>waking &gt; 10 s</source>
        <translation>復帰中 &gt; 10 秒</translation>
    </message>
    <message>
        <source>No connections</source>
        <translation>接続なし</translation>
    </message>
    <message>
        <source>Clients appear here while they talk to an actor, and stay while it sleeps.
The Client view opens one.</source>
        <translation>アクターと通信中のクライアントがここに表示され、スリープ中も残ります。
「クライアント」ビューから接続を開けます。</translation>
    </message>
    <message>
        <source>Runners</source>
        <translation>ランナー</translation>
    </message>
    <message>
        <source>takes work</source>
        <translation>受け入れ可</translation>
    </message>
    <message>
        <source>does not</source>
        <translation>受け入れ不可</translation>
    </message>
    <message>
        <source>No runner is connected</source>
        <translation>接続中のランナーはありません</translation>
    </message>
    <message>
        <source>Point one at this engine:
  export RIVET_ENDPOINT=http://127.0.0.1:6420
  export RIVET_NAMESPACE=default
  node runner.js</source>
        <translation>接続先をこのエンジンにしてください:
  export RIVET_ENDPOINT=http://127.0.0.1:6420
  export RIVET_NAMESPACE=default
  node runner.js</translation>
    </message>
    <message>
        <source>Most pending</source>
        <translation>最大保留</translation>
    </message>
    <message>
        <source>Slowest wake</source>
        <translation>最も遅い復帰</translation>
    </message>
    <message>
        <source>Most retries</source>
        <translation>最多の再試行</translation>
    </message>
    <message>
        <source>Busiest</source>
        <translation>最も活発</translation>
    </message>
    <message>
        <source>Slowest acknowledgement</source>
        <translation>最も遅い確認</translation>
    </message>
    <message>
        <source>Most resends</source>
        <translation>最多の再送</translation>
    </message>
    <message>
        <source>Longest in its state</source>
        <translation>同じ状態が最長</translation>
    </message>
    <message>
        <source>Slowest client</source>
        <translation>最も遅いクライアント</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>プロトコル</translation>
    </message>
</context>
<context>
    <name>dormouse::WakePage</name>
    <message>
        <source>Allocation</source>
        <translation>割り当て</translation>
    </message>
    <message>
        <source>Command sent</source>
        <translation>コマンド送信</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>起動</translation>
    </message>
    <message>
        <source>First delivery</source>
        <translation>最初の配信</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合計</translation>
    </message>
    <message>
        <source>p50</source>
        <translation>p50</translation>
    </message>
    <message>
        <source>p90</source>
        <translation>p90</translation>
    </message>
    <message>
        <source>p99</source>
        <translation>p99</translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation>復帰</translation>
    </message>
    <message>
        <source>No actor was woken yet</source>
        <translation>まだ復帰したアクターはありません</translation>
    </message>
    <message>
        <source>Each wake appears here with the time that every stage of it took.</source>
        <translation>復帰のたびに、各段階の所要時間がここに表示されます。</translation>
    </message>
</context>
<context>
    <name>dormouse::WirePage</name>
    <message>
        <source>Follow</source>
        <translation>追従</translation>
    </message>
    <message>
        <source>Follow the newest message</source>
        <translation>最新のメッセージに追従</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>時刻</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>メッセージ</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>バイト</translation>
    </message>
    <message>
        <source>Messages of the link</source>
        <translation>回線のメッセージ</translation>
    </message>
    <message>
        <source>Fields of the message</source>
        <translation>メッセージのフィールド</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>フィールド</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>値</translation>
    </message>
    <message>
        <source>At</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Bytes of the message</source>
        <translation>メッセージのバイト列</translation>
    </message>
    <message>
        <source>Bytes to take apart, in hex</source>
        <translation>分解するバイト列 (16 進)</translation>
    </message>
    <message>
        <source>Hex, Enter takes it apart</source>
        <translation>16 進、Enter で分解</translation>
    </message>
    <message>
        <source>Direction of the typed bytes</source>
        <translation>入力したバイト列の方向</translation>
    </message>
    <message>
        <source>to runner</source>
        <translation>ランナー宛て</translation>
    </message>
    <message>
        <source>to engine</source>
        <translation>エンジン宛て</translation>
    </message>
    <message>
        <source>Protocol version of the typed bytes</source>
        <translation>入力したバイト列のプロトコルバージョン</translation>
    </message>
    <message>
        <source>v</source>
        <comment>protocol version</comment>
        <translation>v</translation>
    </message>
    <message>
        <source>No runner chosen</source>
        <translation>ランナー未選択</translation>
    </message>
    <message>
        <source>Only a live engine can be listened to. Bytes can be typed in below.</source>
        <translation>稼働中のエンジンのみ対象です。下の欄にバイト列を入力できます。</translation>
    </message>
    <message>
        <source>Choose a runner, or an actor that is on one.</source>
        <translation>ランナー、またはランナー上のアクターを選んでください。</translation>
    </message>
    <message>
        <source>%1 messages were too many to be kept.</source>
        <translation>%1 件のメッセージは多すぎたため保持できませんでした。</translation>
    </message>
    <message>
        <source>Listening; each message between the engine and this runner appears here.</source>
        <translation>受信待ちです。エンジンとこのランナーの間の各メッセージがここに表示されます。</translation>
    </message>
    <message>
        <source>typed</source>
        <translation>入力</translation>
    </message>
    <message>
        <source>Engine to runner</source>
        <translation>エンジンからランナー</translation>
    </message>
    <message>
        <source>Runner to engine</source>
        <translation>ランナーからエンジン</translation>
    </message>
    <message>
        <source>Its receiver refuses it; the last field says why.</source>
        <translation>受信側が拒否します。理由は最後のフィールドに示されます。</translation>
    </message>
    <message>
        <source>… %1 of %2 shown</source>
        <translation>… %2 中 %1 を表示</translation>
    </message>
    <message>
        <source>Hex is pairs of 0-9 and a-f.</source>
        <translation>16 進は 0-9 と a-f の 2 桁の組です。</translation>
    </message>
    <message>
        <source>Up to the moment shown. A recording keeps what was said and when, no bytes.</source>
        <translation>表示中の時点までです。記録には何がいつ送られたかが残り、バイト列は残りません。</translation>
    </message>
    <message>
        <source>Up to the moment shown the recording has no message of this runner.</source>
        <translation>表示中の時点までに、このランナーのメッセージは記録されていません。</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>記録されていません</translation>
    </message>
</context>
<context>
    <name>dormouse::Words</name>
    <message>
        <source>waiting for a runner</source>
        <translation>ランナー待ち</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>起動中</translation>
    </message>
    <message>
        <source>running</source>
        <translation>実行中</translation>
    </message>
    <message>
        <source>going to sleep</source>
        <translation>スリープ移行中</translation>
    </message>
    <message>
        <source>stopping</source>
        <translation>停止中</translation>
    </message>
    <message>
        <source>moving away</source>
        <translation>移動中</translation>
    </message>
    <message>
        <source>waiting to retry</source>
        <translation>再試行待ち</translation>
    </message>
    <message>
        <source>sleeping</source>
        <translation>スリープ中</translation>
    </message>
    <message>
        <source>being destroyed</source>
        <translation>破棄中</translation>
    </message>
    <message>
        <source>destroyed</source>
        <translation>破棄済み</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>不明</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>接続中</translation>
    </message>
    <message>
        <source>lost, in grace</source>
        <translation>切断 (猶予中)</translation>
    </message>
    <message>
        <source>draining</source>
        <translation>ドレイン中</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>waiting for actor</source>
        <translation>アクター待ち</translation>
    </message>
    <message>
        <source>opening</source>
        <translation>接続処理中</translation>
    </message>
    <message>
        <source>open</source>
        <translation>開いています</translation>
    </message>
    <message>
        <source>awake</source>
        <translation>稼働中</translation>
    </message>
    <message>
        <source>hibernating</source>
        <translation>休止中</translation>
    </message>
    <message>
        <source>waking</source>
        <translation>復帰中</translation>
    </message>
    <message>
        <source>restoring</source>
        <translation>復元中</translation>
    </message>
    <message>
        <source>closing, actor asleep</source>
        <translation>切断中 (アクターはスリープ)</translation>
    </message>
    <message>
        <source>streaming</source>
        <translation>ストリーミング</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>閉じました</translation>
    </message>
    <message>
        <source>trace</source>
        <translation>トレース</translation>
    </message>
    <message>
        <source>debug</source>
        <translation>デバッグ</translation>
    </message>
    <message>
        <source>info</source>
        <translation>情報</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>error</source>
        <translation>エラー</translation>
    </message>
    <message>
        <source>not sent yet</source>
        <translation>未送信</translation>
    </message>
    <message>
        <source>sent, no ack yet</source>
        <translation>送信済み、未確認</translation>
    </message>
    <message>
        <source>sent again</source>
        <translation>再送済み</translation>
    </message>
    <message>
        <source>alarm of the actor</source>
        <translation>アクターのアラーム</translation>
    </message>
    <message>
        <source>deadline</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>next try</source>
        <translation>次の試行</translation>
    </message>
    <message>
        <source>ack timeout</source>
        <translation>ACK タイムアウト</translation>
    </message>
    <message>
        <source>under way</source>
        <translation>進行中</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完了</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失敗</translation>
    </message>
    <message>
        <source>not allowed</source>
        <translation>不許可</translation>
    </message>
    <message>
        <source>Actors</source>
        <translation>アクター</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>実行中</translation>
    </message>
    <message>
        <source>Sleeping</source>
        <translation>スリープ中</translation>
    </message>
    <message>
        <source>Waiting for a runner</source>
        <translation>ランナー待ち</translation>
    </message>
    <message>
        <source>Runners</source>
        <translation>ランナー</translation>
    </message>
    <message>
        <source>Runners that take work</source>
        <translation>受け入れ可能なランナー</translation>
    </message>
    <message>
        <source>Slots used</source>
        <translation>使用スロット</translation>
    </message>
    <message>
        <source>Slots</source>
        <translation>スロット</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>接続</translation>
    </message>
    <message>
        <source>Awake connections</source>
        <translation>稼働中の接続</translation>
    </message>
    <message>
        <source>Hibernating</source>
        <translation>休止中</translation>
    </message>
    <message>
        <source>Waking</source>
        <translation>復帰中</translation>
    </message>
    <message>
        <source>Pending messages</source>
        <translation>保留メッセージ</translation>
    </message>
    <message>
        <source>Pending bytes</source>
        <translation>保留バイト</translation>
    </message>
    <message>
        <source>Messages / s</source>
        <translation>メッセージ / 秒</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>通信量</translation>
    </message>
    <message>
        <source>Ack p50</source>
        <translation>ACK p50</translation>
    </message>
    <message>
        <source>Ack p99</source>
        <translation>ACK p99</translation>
    </message>
    <message>
        <source>Wake p50</source>
        <translation>復帰 p50</translation>
    </message>
    <message>
        <source>Wake p99</source>
        <translation>復帰 p99</translation>
    </message>
    <message>
        <source>Store queue</source>
        <translation>ストアのキュー</translation>
    </message>
    <message>
        <source>Store commit</source>
        <translation>ストアのコミット</translation>
    </message>
    <message>
        <source>Events / s</source>
        <translation>イベント / 秒</translation>
    </message>
    <message>
        <source>Events dropped</source>
        <translation>破棄イベント</translation>
    </message>
    <message>
        <source>Held for monitoring</source>
        <translation>監視用の保持量</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名前</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>プール</translation>
    </message>
    <message>
        <source>Runner</source>
        <translation>ランナー</translation>
    </message>
    <message>
        <source>Conns</source>
        <translation>接続</translation>
    </message>
    <message>
        <source>Hibern.</source>
        <translation>休止</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>経過</translation>
    </message>
    <message>
        <source>Last wake</source>
        <translation>前回の復帰</translation>
    </message>
    <message>
        <source>Gen</source>
        <translation>世代</translation>
    </message>
    <message>
        <source>Retries</source>
        <translation>再試行</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>名前空間</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Takes work</source>
        <translation>受け入れ</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>往復時間</translation>
    </message>
    <message>
        <source>Last ping</source>
        <translation>前回の ping</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>バージョン</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>プロトコル</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>キュー</translation>
    </message>
    <message>
        <source>In</source>
        <translation>受信</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>送信</translation>
    </message>
    <message>
        <source>Bytes in</source>
        <translation>受信バイト</translation>
    </message>
    <message>
        <source>Bytes out</source>
        <translation>送信バイト</translation>
    </message>
    <message>
        <source>Parked</source>
        <translation>退避</translation>
    </message>
    <message>
        <source>Start request</source>
        <translation>起動リクエスト</translation>
    </message>
    <message>
        <source>Pool error</source>
        <translation>プールのエラー</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>接続時刻</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>リクエスト</translation>
    </message>
    <message>
        <source>Actor</source>
        <translation>アクター</translation>
    </message>
    <message>
        <source>Oldest waits</source>
        <translation>最古の待機</translation>
    </message>
    <message>
        <source>Keepalive</source>
        <translation>キープアライブ</translation>
    </message>
    <message>
        <source>In state</source>
        <translation>状態継続</translation>
    </message>
    <message>
        <source>Last ack</source>
        <translation>前回の ACK</translation>
    </message>
    <message>
        <source>Sleeps</source>
        <translation>スリープ数</translation>
    </message>
    <message>
        <source>Resends</source>
        <translation>再送数</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>クライアント</translation>
    </message>
    <message>
        <source>Closed with</source>
        <translation>切断コード</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Index</source>
        <translation>番号</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>バイト</translation>
    </message>
    <message>
        <source>Sent ago</source>
        <translation>送信から</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>送信</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>種類</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>プレビュー</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>時刻</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>レベル</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>イベント</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>接続</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>変化</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>詳細</translation>
    </message>
    <message>
        <source>Acks</source>
        <translation>ACK 数</translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation>復帰</translation>
    </message>
    <message>
        <source>HTTP</source>
        <translation>HTTP</translation>
    </message>
    <message>
        <source>Ack max</source>
        <translation>ACK 最大</translation>
    </message>
    <message>
        <source>HTTP p50</source>
        <translation>HTTP p50</translation>
    </message>
    <message>
        <source>HTTP p99</source>
        <translation>HTTP p99</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>設定</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>値</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>既定値</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>単位</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>変更</translation>
    </message>
    <message>
        <source>See also</source>
        <translation>関連</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>コマンド</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>対象</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>結果</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>所要時間</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>引数</translation>
    </message>
    <message>
        <source>Due in</source>
        <translation>予定まで</translation>
    </message>
    <message>
        <source>What</source>
        <translation>項目</translation>
    </message>
    <message>
        <source>At</source>
        <translation>時刻</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合計</translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>段階</translation>
    </message>
    <message>
        <source>Allocation</source>
        <translation>割り当て</translation>
    </message>
    <message>
        <source>Command sent</source>
        <translation>コマンド送信</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>起動</translation>
    </message>
    <message>
        <source>First delivery</source>
        <translation>最初の配信</translation>
    </message>
    <message>
        <source>Refresh in</source>
        <translation>更新まで</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>範囲</translation>
    </message>
    <message>
        <source>ready timeout</source>
        <translation>準備タイムアウト</translation>
    </message>
    <message>
        <source>wait for a runner ends</source>
        <translation>ランナー待ちの期限</translation>
    </message>
    <message>
        <source>open timeout</source>
        <translation>オープンのタイムアウト</translation>
    </message>
    <message>
        <source>response timeout</source>
        <translation>応答タイムアウト</translation>
    </message>
    <message>
        <source>Most pending</source>
        <translation>最大保留</translation>
    </message>
    <message>
        <source>Drains since</source>
        <translation>ドレイン開始</translation>
    </message>
    <message>
        <source>Stopped at</source>
        <translation>停止時刻</translation>
    </message>
    <message>
        <source>Only a socket that may hibernate has a stored keepalive.</source>
        <translation>キープアライブが保存されるのは休止可能なソケットだけです。</translation>
    </message>
    <message>
        <source>Nothing is pending.</source>
        <translation>保留はありません。</translation>
    </message>
    <message>
        <source>No message was acknowledged yet.</source>
        <translation>まだ確認されたメッセージがありません。</translation>
    </message>
    <message>
        <source>It is on no runner.</source>
        <translation>どのランナーにもありません。</translation>
    </message>
    <message>
        <source>It was not closed with a code.</source>
        <translation>コード付きで閉じられていません。</translation>
    </message>
    <message>
        <source>It was not woken since the engine started.</source>
        <translation>エンジンの起動後に起こされていません。</translation>
    </message>
    <message>
        <source>It answered no ping yet.</source>
        <translation>まだ ping に応答していません。</translation>
    </message>
    <message>
        <source>It was made without a key.</source>
        <translation>キーなしで作成されました。</translation>
    </message>
    <message>
        <source>Nothing keeps it from running.</source>
        <translation>動作を妨げるものはありません。</translation>
    </message>
    <message>
        <source>It has not failed.</source>
        <translation>失敗していません。</translation>
    </message>
    <message>
        <source>It was not started by a serverless pool.</source>
        <translation>サーバーレスプールが起動したものではありません。</translation>
    </message>
    <message>
        <source>Its pool reports no error.</source>
        <translation>プールからエラーの報告はありません。</translation>
    </message>
    <message>
        <source>It does not drain.</source>
        <translation>ドレイン中ではありません。</translation>
    </message>
    <message>
        <source>It has not stopped.</source>
        <translation>停止していません。</translation>
    </message>
    <message>
        <source>Only a socket that may hibernate keeps messages.</source>
        <translation>メッセージを保持するのは休止可能なソケットだけです。</translation>
    </message>
    <message>
        <source>The source does not tell it.</source>
        <translation>接続元から情報がありません。</translation>
    </message>
    <message>
        <source>en</source>
        <extracomment>code of this language, as the folder of its help texts is named</extracomment>
        <translation>ja</translation>
    </message>
    <message>
        <source>Client ping</source>
        <translation>クライアント ping</translation>
    </message>
    <message>
        <source>It answered no ping yet. Clients are pinged when the setting guard.client_ping_interval_ms is not 0.</source>
        <translation>まだ ping に応答していません。設定 guard.client_ping_interval_ms が 0 でないときにクライアントへ ping を送ります。</translation>
    </message>
    <message>
        <source>Rivet</source>
        <translation>Rivet</translation>
    </message>
    <message>
        <source>Rivet has no such setting, or its value is not known.</source>
        <translation>Rivet にこの設定はないか、値が不明です。</translation>
    </message>
</context>
</TS>
