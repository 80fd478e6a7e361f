# Completion of stockctl for bash; made by `stockctl completion bash`.
_stockctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local name=${COMP_WORDS[1]} second=${COMP_WORDS[2]} index=$COMP_CWORD
    local options='' values='' files='' second_words=''
    COMPREPLY=()
    # Bash makes three words of --output=json.
    if [[ $current == = ]]; then
        current=''
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if [[ $index == 1 || ( $name == help && $index == 2 ) ]]; then
        mapfile -t COMPREPLY < <(compgen -W " push watch pull check diff verify plan serve move balance history hide unhide hidden campaigns warehouses warehouse token changes orders registry tokens requests admin completion help --help --version" -- "$current")
        return
    fi
    case $name in
    move) second_words=' receive sell order return correct undo' ;;
    warehouse) second_words=' on off' ;;
    orders) second_words=' list make show pack ship cancel' ;;
    registry) second_words=' show diff apply' ;;
    tokens) second_words=' list create revoke' ;;
    admin) second_words=' copy' ;;
    esac
    if [[ -n $second_words ]]; then
        if [[ $index == 2 ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$second_words" -- "$current")
            return
        fi
        name="$name $second"
    fi
    case $name in
    'push')
        options=' --all --now --full --yes --max-zero --file --format --encoding --sheet --sku-column --count-column --updated-at-column --outlets --outlet --command --query --from-book --database --database-file --book --no-book --buffer --campaign --group --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        files=yes
        case $previous in
        --max-zero) values=- ;;
        --file) files=$previous ;;
        --format) values='auto csv xlsx yml' ;;
        --encoding) values='auto utf-8 windows-1251 utf-16' ;;
        --sheet) values=- ;;
        --sku-column) values=- ;;
        --count-column) values=- ;;
        --updated-at-column) values=- ;;
        --outlet) values=- ;;
        --command) values=- ;;
        --query) values=- ;;
        --database) values=- ;;
        --database-file) files=$previous ;;
        --book) files=$previous ;;
        --buffer) values=- ;;
        --campaign) values=- ;;
        --group) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'watch')
        options=' --interval --settle --output --help --all --now --full --yes --max-zero --file --format --encoding --sheet --sku-column --count-column --updated-at-column --outlets --outlet --command --query --from-book --database --database-file --buffer --book --no-book --campaign --group --url --token-file --ca-file --auth --retries --timeout --profile --config'
        files=yes
        case $previous in
        --interval) values=- ;;
        --settle) values=- ;;
        --output) values='text json' ;;
        --max-zero) values=- ;;
        --file) files=$previous ;;
        --format) values='auto csv xlsx yml' ;;
        --encoding) values='auto utf-8 windows-1251 utf-16' ;;
        --sheet) values=- ;;
        --sku-column) values=- ;;
        --count-column) values=- ;;
        --updated-at-column) values=- ;;
        --outlet) values=- ;;
        --command) values=- ;;
        --query) values=- ;;
        --database) values=- ;;
        --database-file) files=$previous ;;
        --buffer) values=- ;;
        --book) files=$previous ;;
        --campaign) values=- ;;
        --group) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        esac
        ;;
    'pull')
        options=' --output-file --warehouse --campaign --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        -o | --output-file) files=$previous ;;
        --warehouse) values=- ;;
        --campaign) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'check')
        options=' --examples --now --file --format --encoding --sheet --sku-column --count-column --updated-at-column --outlets --outlet --command --query --from-book --database --database-file --profile --config --output --quiet --help'
        files=yes
        case $previous in
        --examples) values=- ;;
        --file) files=$previous ;;
        --format) values='auto csv xlsx yml' ;;
        --encoding) values='auto utf-8 windows-1251 utf-16' ;;
        --sheet) values=- ;;
        --sku-column) values=- ;;
        --count-column) values=- ;;
        --updated-at-column) values=- ;;
        --outlet) values=- ;;
        --command) values=- ;;
        --query) values=- ;;
        --database) values=- ;;
        --database-file) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'diff')
        options=' --full --warehouse --file --format --encoding --sheet --sku-column --count-column --updated-at-column --outlets --outlet --command --query --from-book --database --database-file --buffer --campaign --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        files=yes
        case $previous in
        --warehouse) values=- ;;
        --file) files=$previous ;;
        --format) values='auto csv xlsx yml' ;;
        --encoding) values='auto utf-8 windows-1251 utf-16' ;;
        --sheet) values=- ;;
        --sku-column) values=- ;;
        --count-column) values=- ;;
        --updated-at-column) values=- ;;
        --outlet) values=- ;;
        --command) values=- ;;
        --query) values=- ;;
        --database) values=- ;;
        --database-file) files=$previous ;;
        --buffer) values=- ;;
        --campaign) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'verify')
        options=' --repair --warehouse --book --no-book --campaign --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        --warehouse) values=- ;;
        --book) files=$previous ;;
        --campaign) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'plan')
        options=' --campaign --group --request-ms --offline --file --format --encoding --sheet --sku-column --count-column --updated-at-column --outlets --outlet --command --query --from-book --database --database-file --buffer --book --no-book --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        files=yes
        case $previous in
        --campaign) values=- ;;
        --group) values=- ;;
        --request-ms) values=- ;;
        --file) files=$previous ;;
        --format) values='auto csv xlsx yml' ;;
        --encoding) values='auto utf-8 windows-1251 utf-16' ;;
        --sheet) values=- ;;
        --sku-column) values=- ;;
        --count-column) values=- ;;
        --updated-at-column) values=- ;;
        --outlet) values=- ;;
        --command) values=- ;;
        --query) values=- ;;
        --database) values=- ;;
        --database-file) files=$previous ;;
        --buffer) values=- ;;
        --book) files=$previous ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'serve')
        options=' --leftovers --every --listen --base-path --token-file --tls-certificate --tls-key --timeout --help --file --format --encoding --sheet --sku-column --count-column --updated-at-column --outlets --outlet --command --query --from-book --database --database-file'
        case $previous in
        --leftovers) files=$previous ;;
        --every) values=- ;;
        --listen) values=- ;;
        --base-path) values=- ;;
        --token-file) files=$previous ;;
        --tls-certificate) files=$previous ;;
        --tls-key) files=$previous ;;
        --timeout) values=- ;;
        --file) files=$previous ;;
        --format) values='auto csv xlsx yml' ;;
        --encoding) values='auto utf-8 windows-1251 utf-16' ;;
        --sheet) values=- ;;
        --sku-column) values=- ;;
        --count-column) values=- ;;
        --updated-at-column) values=- ;;
        --outlet) values=- ;;
        --command) values=- ;;
        --query) values=- ;;
        --database) values=- ;;
        --database-file) files=$previous ;;
        esac
        ;;
    'move receive')
        options=' --id --at --note --force --book --no-book --profile --config --output --quiet --help'
        case $previous in
        --id) values=- ;;
        --at) values=- ;;
        --note) values=- ;;
        --book) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'move sell')
        options=' --id --at --note --force --book --no-book --profile --config --output --quiet --help'
        case $previous in
        --id) values=- ;;
        --at) values=- ;;
        --note) values=- ;;
        --book) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'move order')
        options=' --id --at --note --force --book --no-book --profile --config --output --quiet --help'
        case $previous in
        --id) values=- ;;
        --at) values=- ;;
        --note) values=- ;;
        --book) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'move return')
        options=' --id --at --note --force --book --no-book --profile --config --output --quiet --help'
        case $previous in
        --id) values=- ;;
        --at) values=- ;;
        --note) values=- ;;
        --book) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'move correct')
        options=' --id --at --note --force --book --no-book --profile --config --output --quiet --help'
        case $previous in
        --id) values=- ;;
        --at) values=- ;;
        --note) values=- ;;
        --book) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'move undo')
        options=' --id --at --note --force --book --no-book --profile --config --output --quiet --help'
        case $previous in
        --id) values=- ;;
        --at) values=- ;;
        --note) values=- ;;
        --book) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'balance')
        options=' --book --no-book --profile --config --output --quiet --help'
        case $previous in
        --book) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'history')
        options=' --book --no-book --profile --config --output --quiet --help'
        case $previous in
        --book) files=$previous ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'hide')
        options=' --file --campaign --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        --file) files=$previous ;;
        --campaign) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'unhide')
        options=' --file --campaign --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        --file) files=$previous ;;
        --campaign) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'hidden')
        options=' --limit --campaign --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        -n | --limit) values=- ;;
        --campaign) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'campaigns')
        options=' --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'warehouses')
        options=' --business --market --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        --business) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'warehouse on')
        options=' --campaign --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        --campaign) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'warehouse off')
        options=' --campaign --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        --campaign) values=- ;;
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'token')
        options=' --url --token-file --ca-file --auth --retries --timeout --profile --config --output --quiet --help'
        case $previous in
        --url) values=- ;;
        --token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --auth) values='api-key oauth' ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --profile) values=- ;;
        --config) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'changes')
        options=' --warehouse --from --to --limit --campaign --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --warehouse) values=- ;;
        --from) values=- ;;
        --to) values=- ;;
        -n | --limit) values=- ;;
        --campaign) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'orders list')
        options=' --state --limit --campaign --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --state) values=- ;;
        -n | --limit) values=- ;;
        --campaign) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'orders make')
        options=' --expires --warehouse --campaign --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --expires) values=- ;;
        --warehouse) values=- ;;
        --campaign) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'orders show')
        options=' --campaign --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --campaign) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'orders pack')
        options=' --campaign --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --campaign) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'orders ship')
        options=' --campaign --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --campaign) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'orders cancel')
        options=' --campaign --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --campaign) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'registry show')
        options=' --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'registry diff')
        options=' --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        files=yes
        case $previous in
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'registry apply')
        options=' --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        files=yes
        case $previous in
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json' ;;
        esac
        ;;
    'tokens list')
        options=' --business --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --business) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'tokens create')
        options=' --business --scopes --output-file --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --business) values=- ;;
        --scopes) values=- ;;
        -o | --output-file) files=$previous ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json' ;;
        esac
        ;;
    'tokens revoke')
        options=' --business --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --business) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json' ;;
        esac
        ;;
    'requests')
        options=' --id --campaign --status --method --from --to --limit --follow --operator-url --operator-token-file --ca-file --retries --timeout --output --quiet --help'
        case $previous in
        --id) values=- ;;
        --campaign) values=- ;;
        --status) values=- ;;
        --method) values=- ;;
        --from) values=- ;;
        --to) values=- ;;
        -n | --limit) values=- ;;
        --operator-url) values=- ;;
        --operator-token-file) files=$previous ;;
        --ca-file) files=$previous ;;
        --retries) values=- ;;
        --timeout) values=- ;;
        --output) values='text json csv' ;;
        esac
        ;;
    'admin copy')
        options=' --from --from-file --to --to-file --output --quiet --help'
        case $previous in
        --from) values=- ;;
        --from-file) files=$previous ;;
        --to) values=- ;;
        --to-file) files=$previous ;;
        --output) values='text json' ;;
        esac
        ;;
    'completion')
        options=' --help'
        case $previous in
        esac
        ;;
    esac
    if [[ -n $values ]]; then
        [[ $values == - ]] || mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
    elif [[ $current == -* && $previous != "$files" ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    elif [[ -n $files ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _stockctl stockctl
