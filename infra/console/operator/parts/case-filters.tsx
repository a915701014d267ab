import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { outcomeStatuses } from '../../../../shared/domain/lifecycle.ts';
import { reasonClasses } from '../../../../shared/domain/reason-classes.ts';
import type { Word } from '../words/en.ts';
import { statusWord, useWords } from '../words/use-words.ts';
import { DayChoice } from './day-choice.tsx';

export type Filters = { day: string; status: string; class: string; account: string };

export const noFilters: Filters = { day: '', status: '', class: '', account: '' };

type Choice = { label: Word; any: Word; values: readonly string[]; wordOf: (value: string) => Word };

const choices: Record<'status' | 'class', Choice> = {
  status: { label: 'status', any: 'anyStatus', values: ['pending', ...outcomeStatuses], wordOf: statusWord },
  class: { label: 'class', any: 'anyClass', values: Object.keys(reasonClasses), wordOf: (value) => value as Word },
};

type Props = { filters: Filters; setFilters: (filters: Filters) => void };

const ChoiceField = ({ name, filters, setFilters }: Props & { name: 'status' | 'class' }) => {
  const { say } = useWords();
  const { label, any, values, wordOf } = choices[name];
  const options = [{ value: '', label: say(any) }, ...values.map((value) => ({ value, label: say(wordOf(value)) }))];
  return (
    <FormField label={say(label)}>
      <Select
        options={options}
        selectedOption={options.find(({ value }) => value === filters[name]) ?? null}
        onChange={({ detail }) => setFilters({ ...filters, [name]: detail.selectedOption.value ?? '' })}
      />
    </FormField>
  );
};

export const CaseFilters = ({ filters, setFilters }: Props) => {
  const { say } = useWords();
  return (
    <search className="filters">
      <DayChoice day={filters.day} setDay={(day) => setFilters({ ...filters, day })} />
      <ChoiceField name="status" filters={filters} setFilters={setFilters} />
      <ChoiceField name="class" filters={filters} setFilters={setFilters} />
      <FormField label={say('account')}>
        <Input
          type="search"
          value={filters.account}
          placeholder={say('accountHint')}
          clearAriaLabel={say('none')}
          onChange={({ detail }) => setFilters({ ...filters, account: detail.value.trim() })}
        />
      </FormField>
    </search>
  );
};
